/** The server refused or met a fault; the message is for the user. */
class ServerError extends Error {
  override readonly name = "ServerError";
}

const token = new URLSearchParams(location.search).get("token") ?? "";

/** An address of the server for a link or a stream, which can send no header. */
export function linkTo(path: string): string {
  return `${path}?token=${encodeURIComponent(token)}`;
}

/** Reads JSON. Rejects with an error whose message is for the user. */
export async function read<Answer>(path: string): Promise<Answer> {
  return (await asked(path, { method: "GET" })).json() as Promise<Answer>;
}

/** Reads a part of a page that the server wrote, with all names escaped. Rejects as {@link read} does. */
export async function readMarkup(path: string): Promise<string> {
  return (await asked(path, { method: "GET" })).text();
}

/** Asks for something to be done, and gives what the server says to it. Rejects as {@link read} does. */
export async function post(path: string, body: unknown): Promise<string> {
  return (await asked(path, { method: "POST", body: JSON.stringify(body) })).text();
}

async function asked(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers: { Authorization: `Bearer ${token}` } });
  } catch {
    throw new ServerError("The server does not answer.");
  }
  if (!answer.ok) throw new ServerError(await reasonOf(answer));
  return answer;
}

async function reasonOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    return String((JSON.parse(text) as { why: unknown }).why);
  } catch {
    return text.trim() || `The server answered ${answer.status}.`;
  }
}
