import type { Holding, Refused, Subject, SubjectClient, Wish } from "../subject.ts";
import { work } from "./hold-work.ts";
import { type HoldFacts, TrackedHolding } from "./tracked-holding.ts";
import type { WorkerHost } from "./worker-host.ts";
import { NOT_RENEWED, type Ticket } from "./worker-message.ts";

const WAYS: readonly Wish["way"][] = ["try", "acquire", "acquire", "acquire", "using"];
/** What became of the release of a `using` is not told. */
const CALM_WAYS: readonly Wish["way"][] = ["try", "acquire", "acquire", "acquire"];
const RESTS_MS: readonly number[] = [5, 40, 200];
const SIGNAL_CHANCE = 0.7;
const ABORT_CHANCE = 0.3;
const UNRENEWED_CHANCE = 0.1;
const DETACH_CHANCE = 0.06;

interface TakerParts {
  readonly host: WorkerHost;
  readonly client: SubjectClient;
  readonly clientName: string;
  readonly subject: Pick<Subject, "isRenewed" | "renewsUnseen">;
}

/** One thread of a worker's program: takes locks by turns, does its work under them and gives them back. */
export class TurnTaker {
  readonly #host: WorkerHost;
  readonly #client: SubjectClient;
  readonly #clientName: string;
  readonly #subject: TakerParts["subject"];

  constructor({ host, client, clientName, subject }: TakerParts) {
    this.#host = host;
    this.#client = client;
    this.#clientName = clientName;
    this.#subject = subject;
  }

  /** Until the process is asked to close. */
  async run(): Promise<void> {
    const { random } = this.#host;
    while (!this.#host.isClosing) {
      await this.#host.sleep(random.between(0, random.pick(RESTS_MS)));
      if (!this.#host.isClosing) await this.#turn();
    }
  }

  /** Takes a lock and gives it back, patiently. Undefined: it was had; otherwise why not. */
  async probe(name: string, waitMs: number): Promise<string | undefined> {
    const ttlMs = Math.max(...this.#host.plan.ttlsMs);
    const facts = this.#host.hold(name, this.#clientName);
    const wish: Wish = { name, ttlMs, way: "acquire", waitMs, renew: true, signal: undefined };
    const tracked = await this.#ask(facts, { ttlMs, call: () => this.#client.acquire(wish) });
    if (!(tracked instanceof TrackedHolding)) return tracked.detail;
    await this.#release(tracked);
    return undefined;
  }

  /** Takes one turn in a crowd: asks once, and gives back at once what it gets. */
  async join(name: string, waitMsMax: number): Promise<void> {
    const { random } = this.#host;
    const tracked = await this.#take(name, { waitMs: random.integer(1, waitMsMax) });
    if (tracked instanceof TrackedHolding) await this.#release(tracked);
  }

  async #turn(): Promise<void> {
    const { adopt } = this.#client;
    const ticket = adopt === undefined ? undefined : this.#host.tickets.shift();
    const { random, plan } = this.#host;
    const tracked =
      ticket === undefined ? await this.#take(random.pick(plan.names)) : await this.#adopt(ticket);
    if (!(tracked instanceof TrackedHolding)) return;
    if (this.#host.isDoomed) this.#host.die();
    await work(tracked, {
      host: this.#host,
      ttlMs: this.#ttlMs,
      isRenewed: this.#subject.isRenewed,
    });
    await this.#finish(tracked);
  }

  /** Of the turn under way. */
  #ttlMs = 0;

  async #take(name: string, haste?: Pick<Wish, "waitMs">): Promise<TrackedHolding | Refused> {
    const { random, pending } = this.#host;
    const hasSignal = random.chance(SIGNAL_CHANCE) && !this.#host.isCalm;
    const controller = hasSignal ? new AbortController() : undefined;
    const wish = { ...this.#wish(name, controller?.signal), ...haste };
    this.#ttlMs = wish.ttlMs;
    if (controller !== undefined) this.#abortLater(controller);
    try {
      const { ttlMs, way, waitMs, renew } = wish;
      const isKept = renew && this.#subject.isRenewed;
      const detail = `${way}, ${waitMs === undefined ? "for ever" : `${waitMs} ms`}${isKept ? "" : `, ${NOT_RENEWED}`}`;
      const facts = this.#host.hold(name, this.#clientName);
      return await this.#ask(facts, { ttlMs, detail, call: () => this.#client.acquire(wish) });
    } finally {
      if (controller !== undefined) pending.delete(controller);
    }
  }

  #wish(name: string, signal: AbortSignal | undefined): Wish {
    const { random, plan, isCalm } = this.#host;
    const ttlMs = random.pick(plan.ttlsMs);
    const way = random.pick(isCalm ? CALM_WAYS : WAYS);
    const waits = [undefined, random.integer(100, ttlMs), 3 * ttlMs];
    const waitMs = isCalm ? undefined : random.pick(waits);
    return { name, ttlMs, way, waitMs, renew: !random.chance(UNRENEWED_CHANCE), signal };
  }

  #abortLater(controller: AbortController): void {
    const { random, pending } = this.#host;
    pending.add(controller);
    if (!random.chance(ABORT_CHANCE)) return;
    const abort = (): void => controller.abort(new Error("the caller has changed its mind"));
    // Before it is asked, at once after, and any time later.
    const afterMs = random.pick([-1, 0, 1, random.between(0, this.#ttlMs)]);
    if (afterMs < 0) abort();
    else setTimeout(abort, afterMs).unref();
  }

  async #adopt(ticket: Ticket): Promise<TrackedHolding | Refused> {
    const { name, ttlMs } = ticket;
    this.#ttlMs = ttlMs;
    const facts = this.#host.hold(name, this.#clientName);
    const call = async (): Promise<Holding | Refused> =>
      (await this.#client.adopt?.(ticket.ticket)) ?? { refused: "fail", detail: "cannot adopt" };
    return await this.#ask(facts, { ttlMs, detail: "adopt", call });
  }

  /** Asks, and records the question and the answer. */
  async #ask(facts: HoldFacts, question: Question): Promise<TrackedHolding | Refused> {
    const { recorder, open } = this.#host;
    const { ttlMs, detail, call } = question;
    const said = detail === undefined ? {} : { detail };
    const ends = this.#subject.renewsUnseen === true ? {} : { ttlMs };
    recorder.record({ ...facts, operation: "acquire", phase: "invoke", ...ends, ...said });
    const answer = await this.#answerOf(call);
    if (!("refused" in answer)) {
      const tracked = new TrackedHolding(answer, facts, recorder);
      open.add(tracked);
      return tracked;
    }
    const refusal = this.#host.isClosing ? { ...answer, detail: "aborted" } : answer;
    recorder.record({
      ...facts,
      operation: "acquire",
      phase: refusal.refused,
      detail: refusal.detail,
    });
    return refusal;
  }

  /** What a library throws that its own promises do not have is told, and is an unknown outcome. */
  async #answerOf(call: Question["call"]): Promise<Holding | Refused> {
    try {
      return await call();
    } catch (error) {
      this.#host.blame("error", error);
      return { refused: "unknown", detail: String(error) };
    }
  }

  async #finish(tracked: TrackedHolding): Promise<void> {
    const { random, isCalm } = this.#host;
    if (!isCalm && random.chance(DETACH_CHANCE) && this.#detach(tracked)) return;
    await this.#release(tracked);
  }

  /** Passes the lock on to another process. */
  #detach(tracked: TrackedHolding): boolean {
    const { holding, facts } = tracked;
    if (holding.detach === undefined || tracked.isOver) return false;
    const ticket = holding.detach();
    if (ticket === undefined) return false;
    // Nothing has run since: whoever takes it over begins after this.
    tracked.releasing();
    tracked.released("unknown", "detached");
    this.#host.open.delete(tracked);
    this.#host.pass({ name: facts.name, ttlMs: this.#ttlMs, ticket });
    return true;
  }

  async #release(tracked: TrackedHolding): Promise<void> {
    const { blame, open } = this.#host;
    // Where the process closes, the release was recorded there.
    const isAsked = tracked.releasing();
    const outcome = await tracked.holding.release().catch((error: unknown) => {
      blame("error", error);
      return "unknown" as const;
    });
    if (!isAsked) return;
    tracked.released(outcome);
    open.delete(tracked);
  }
}

interface Question {
  readonly ttlMs: number;
  readonly detail?: string;
  readonly call: () => Promise<Holding | Refused>;
}
