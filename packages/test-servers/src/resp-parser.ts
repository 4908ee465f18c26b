/** A reply of a Redis server; an `Error` is an error reply, which may also sit inside an array. */
export type RespReply = string | number | null | Error | readonly RespReply[];

interface Parsed {
  readonly reply: RespReply;
  readonly end: number;
}

/** Largest unfinished reply kept, so that a server gone wrong cannot fill the memory of a test. */
const UNPARSED_BYTES_MAX = 64 * 1024 * 1024;

/** Turns the bytes of a RESP2 connection into replies. Bulk strings are read as UTF-8. */
export class RespParser {
  #unparsed: Buffer = Buffer.alloc(0);

  /** Takes the next bytes and returns the replies that they complete, oldest first. */
  push(bytes: Buffer): readonly RespReply[] {
    this.#unparsed = Buffer.concat([this.#unparsed, bytes]);
    if (this.#unparsed.length > UNPARSED_BYTES_MAX) {
      throw new RangeError(`A reply is larger than ${UNPARSED_BYTES_MAX} bytes`);
    }
    const replies: RespReply[] = [];
    let offset = 0;
    for (let parsed = parse(this.#unparsed, offset); parsed; ) {
      replies.push(parsed.reply);
      offset = parsed.end;
      parsed = parse(this.#unparsed, offset);
    }
    this.#unparsed = this.#unparsed.subarray(offset);
    return replies;
  }
}

/** Parses one reply; undefined when the bytes end before it does. */
function parse(bytes: Buffer, start: number): Parsed | undefined {
  const lineEnd = bytes.indexOf("\r\n", start);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString("utf8", start + 1, lineEnd);
  const end = lineEnd + 2;
  const type = String.fromCharCode(bytes[start] ?? 0);
  switch (type) {
    case "+":
      return { reply: line, end };
    case "-":
      return { reply: new Error(line), end };
    case ":":
      return { reply: Number(line), end };
    case "$":
      return parseBulk(bytes, end, Number(line));
    case "*":
      return parseArray(bytes, end, Number(line));
    default:
      throw new TypeError(`Not a RESP2 reply: ${JSON.stringify(type + line)}`);
  }
}

function parseBulk(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  const end = start + length + 2;
  if (bytes.length < end) return undefined;
  return { reply: bytes.toString("utf8", start, start + length), end };
}

function parseArray(bytes: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  const items: RespReply[] = [];
  let end = start;
  while (items.length < length) {
    const item = parse(bytes, end);
    if (item === undefined) return undefined;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: items, end };
}
