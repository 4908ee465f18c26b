import { redisKind } from "./redis-plan.ts";
import type { ServerKind } from "./server-kind.ts";

/** Every kind that can be asked for by name. */
export const serverKinds: Readonly<Record<"redis", ServerKind>> = { redis: redisKind };

export type ServerKindName = keyof typeof serverKinds;
