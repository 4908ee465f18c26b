import {
  type ContainerRuntimeClient,
  getContainerRuntimeClient,
  getReaper,
  ImageName,
} from "testcontainers";

/** Includes pulling two images over a slow line. */
const PREPARE_TIMEOUT_MS = 180_000;

/**
 * Makes sure that containers of this image can be started: the engine has the image or pulls it, and
 * Testcontainers' reaper runs, unless it is switched off. Rejects when either does not work.
 */
export async function prepareDocker(imageName: string): Promise<void> {
  const client = await getContainerRuntimeClient();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const cause = new Error(`not ready within ${PREPARE_TIMEOUT_MS} ms`);
    timer = setTimeout(() => reject(cause), PREPARE_TIMEOUT_MS);
  });
  try {
    await Promise.race([prepare(client, imageName), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function prepare(client: ContainerRuntimeClient, imageName: string): Promise<void> {
  const image = ImageName.fromString(imageName);
  if (!(await client.image.exists(image))) await client.image.pull(image);
  try {
    await getReaper(client);
  } catch (cause) {
    throw new Error(
      "Testcontainers' reaper does not start (TESTCONTAINERS_RYUK_DISABLED=true does without it)",
      { cause },
    );
  }
}
