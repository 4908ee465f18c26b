import type { DeskView } from "../src/web/run-view.ts";
import { linkTo } from "./server.ts";

/** Whether the server is there: `lost` comes back by itself, `refused` only with another address. */
export type Connection = "connected" | "lost" | "refused";

/** Who is told. */
export interface StreamListener {
  onView(view: DeskView): void;
  onConnection(connection: Connection): void;
}

/** Pause before the server is asked again whether it is back. */
const RETRY_MS = 1_000;
/** A server says something every few seconds; one that is silent for so long is gone. */
const SILENCE_MS_MAX = 20_000;

/** Listens to the server for as long as the page is open, through its end and its return. */
export class ViewStream {
  readonly #listener: StreamListener;
  #source: EventSource | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  /** Begins to listen, or begins again. */
  open(): void {
    const source = new EventSource(linkTo("/api/events"));
    this.#source = source;
    this.#expectSoon();
    source.addEventListener("view", ({ data }) => {
      this.#expectSoon();
      this.#listener.onConnection("connected");
      this.#listener.onView(JSON.parse(data) as DeskView);
    });
    source.addEventListener("error", () => void this.#lose());
  }

  #expectSoon(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => void this.#lose(), SILENCE_MS_MAX);
  }

  /** The stream does not say why it ended; another question does. */
  async #lose(): Promise<void> {
    if (this.#source === undefined) return;
    this.#source.close();
    this.#source = undefined;
    clearTimeout(this.#silence);
    const status = await fetch(linkTo("/api/catalog")).then(
      (answer) => answer.status,
      () => undefined,
    );
    this.#listener.onConnection(status === 401 || status === 403 ? "refused" : "lost");
    setTimeout(() => this.open(), RETRY_MS);
  }
}
