/** What a holder asks of the resource: to read, or to write `value` where that is given. */
export interface ResourceRequest {
  readonly id: number;
  readonly name: string;
  /** In decimal digits; without one the resource cannot tell holders apart and obeys everybody. */
  readonly token?: string;
  readonly value?: number;
}

/** Its answer: what it holds now, or that a later holder was here. */
export interface ResourceReply {
  readonly id: number;
  readonly isAccepted: boolean;
  readonly value: number;
}
