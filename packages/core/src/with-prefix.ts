import type { AcquireRequest, Grant, LockProvider, Refusal } from "./provider.ts";
import { checkName } from "./validation.ts";

type Enqueue = NonNullable<LockProvider["enqueue"]>;

const PREFIX_BYTES_MAX = 64;

/**
 * The same provider with `prefix` before every name. Namespaces are apart only if no prefix begins with
 * another, so end each with a separator: `orders:`. Everything else is the wrapped provider's, its
 * optional members too. Disposing it disposes the wrapped provider.
 *
 * `prefix` is 1 to 64 bytes of UTF-8. Throws `TypeError` or `RangeError` otherwise.
 */
export function withPrefix<Provider extends LockProvider>(
  provider: Provider,
  prefix: string,
): Provider {
  checkName(prefix, "prefix");
  if (Buffer.byteLength(prefix) > PREFIX_BYTES_MAX) {
    throw new RangeError(`prefix must have at most ${PREFIX_BYTES_MAX} bytes of UTF-8`);
  }
  const inside = <Named extends { readonly name: string }>(named: Named): Named => ({
    ...named,
    name: prefix + named.name,
  });
  const outside = (grant: Grant): Grant => ({ ...grant, name: grant.name.slice(prefix.length) });
  const enqueueing = (enqueue: Enqueue): Enqueue => {
    return async (request) => {
      const answer = await enqueue(inside(request));
      return answer.granted ? outside(answer) : answer;
    };
  };
  const { enqueue, watch, onLoss, turns, asMember, inspect, breakLock, ping, doctor } = provider;
  const wrapped: LockProvider = {
    name: provider.name,
    capabilities: provider.capabilities,
    ...(provider.clock && { clock: provider.clock }),
    tryAcquire: async (request: AcquireRequest): Promise<Grant | Refusal> => {
      const answer = await provider.tryAcquire(inside(request));
      return answer.granted ? outside(answer) : answer;
    },
    renew: (requests) => provider.renew(requests.map(inside)),
    release: (request) => provider.release(inside(request)),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
    ...(enqueue && { enqueue: enqueueing(enqueue.bind(provider)) }),
    ...(turns && {
      turns: {
        name: turns.name,
        enqueue: enqueueing(turns.enqueue.bind(turns)),
        renew: (requests) => turns.renew(requests.map(inside)),
        release: (request) => turns.release(inside(request)),
      },
    }),
    ...(watch && { watch: (name, onHint) => watch.call(provider, prefix + name, onHint) }),
    ...(onLoss && {
      onLoss: (listener) =>
        onLoss.call(provider, (loss) => {
          if (!loss.name.startsWith(prefix)) return;
          listener({ ...loss, name: loss.name.slice(prefix.length) });
        }),
    }),
    ...(asMember && {
      asMember: async (membership) => {
        const member = await asMember.call(provider, membership);
        const inner = withPrefix(member.provider, prefix);
        return {
          // Asked each time: it changes when the address leads to another server.
          get identity() {
            return member.identity;
          },
          provider: inner,
        };
      },
    }),
    ...(inspect && {
      inspect: async (name) => ({ ...(await inspect.call(provider, prefix + name)), name }),
    }),
    ...(breakLock && {
      breakLock: (name, target) => breakLock.call(provider, prefix + name, target),
    }),
    ...(ping && { ping: () => ping.call(provider) }),
    ...(doctor && { doctor: () => doctor.call(provider) }),
  };
  return wrapped as Provider;
}
