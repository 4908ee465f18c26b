/** What a server says to a subscriber, unasked. */
export class PushMessage {
  readonly channel: string;
  readonly text: string;

  constructor(channel: string, text: string) {
    this.channel = channel;
    this.text = text;
  }
}
