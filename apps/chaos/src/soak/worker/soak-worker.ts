import { obey } from "./obey.ts";
import { openLocks } from "./open-locks.ts";

obey(openLocks);
