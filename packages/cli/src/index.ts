export { main } from "./main-command.ts";
