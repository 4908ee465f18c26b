import { getContainerRuntimeClient, ImageName } from "testcontainers";

const PULL_TIMEOUT_MS = 180_000;

/** Makes sure that the engine has the image, pulling it when it has not; rejects when that does not work. */
export async function ensureDockerImage(name: string): Promise<void> {
  const { image } = await getContainerRuntimeClient();
  const imageName = ImageName.fromString(name);
  if (await image.exists(imageName)) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const cause = new Error(`not pulled within ${PULL_TIMEOUT_MS} ms`);
    timer = setTimeout(() => reject(cause), PULL_TIMEOUT_MS);
  });
  try {
    await Promise.race([image.pull(imageName), late]);
  } finally {
    clearTimeout(timer);
  }
}
