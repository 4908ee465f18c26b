import type { EtcdPeerLinks } from "./etcd-peer-links.ts";
import type { EtcdServer } from "./etcd-server.ts";

/** What is between the members, and where each listens, in their order. */
interface Peering {
  readonly links: EtcdPeerLinks;
  readonly listenPorts: readonly number[];
}

/** The members of one cluster. */
export class EtcdCluster implements AsyncDisposable {
  readonly members: readonly EtcdServer[];
  readonly #peering: Peering | undefined;

  constructor(members: readonly EtcdServer[], peering?: Peering) {
    this.members = members;
    this.#peering = peering;
  }

  /** Where clients find each member. */
  get urls(): readonly string[] {
    return this.members.map(({ url }) => url);
  }

  /** The member that leads, by the word of any that answers; undefined during an election. */
  async leader(): Promise<EtcdServer | undefined> {
    const views = await Promise.all(this.members.map((member) => viewOf(member)));
    // A leader that was stopped goes on believing in itself: the highest term is right.
    const newest = views.reduce((best, view) => (view.term > best.term ? view : best), NO_VIEW);
    const index = views.findIndex(({ id }) => id !== "" && id === newest.leader);
    return this.members[index];
  }

  /**
   * Cuts a member off from the others, both ways; clients still reach it. Needs `isIsolable` at the start.
   */
  async isolate(member: EtcdServer): Promise<void> {
    const port = this.#peering?.listenPorts[this.members.indexOf(member)];
    if (this.#peering === undefined || port === undefined) {
      throw new Error("the cluster was started without isIsolable, or has no such member");
    }
    const { header } = await statusOf(member);
    await this.#peering.links.isolate(BigInt(header.member_id).toString(16), port);
  }

  /** Brings all members together again. */
  async heal(): Promise<void> {
    await this.#peering?.links.heal();
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop()));
    await this.#peering?.links[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** What one member says of itself and of the leader; nothing when it does not answer. */
interface View {
  readonly id: string;
  readonly leader: string;
  readonly term: number;
}

const NO_VIEW: View = { id: "", leader: "none", term: -1 };
/** A member that is stopped answers nothing. */
const VIEW_TIMEOUT_MS = 500;

/** What a member answers of itself, as far as it is read here. */
interface MemberStatus {
  readonly header: { readonly member_id: string };
  readonly leader?: string;
  readonly raftTerm: string;
}

async function statusOf(member: EtcdServer, timeoutMs?: number): Promise<MemberStatus> {
  const status: Readonly<Record<string, unknown>> & Partial<MemberStatus> = await member.ask(
    "/v3/maintenance/status",
    {},
    timeoutMs,
  );
  const { header, leader, raftTerm } = status;
  if (header === undefined || raftTerm === undefined) throw new Error("a member gave no status");
  return { header, raftTerm, ...(leader !== undefined && { leader }) };
}

async function viewOf(member: EtcdServer): Promise<View> {
  try {
    const { header, leader = "none", raftTerm } = await statusOf(member, VIEW_TIMEOUT_MS);
    return { id: header.member_id, leader, term: Number(raftTerm) };
  } catch {
    return NO_VIEW;
  }
}
