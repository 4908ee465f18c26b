/**
 * The door of the repository: `npm test`, `npm run bench`, `npm run bench:web`, `npm run red`,
 * `npm run sim`, `npm run history`, `npm run mutate`, `npm run chaos` and `npm run check` come here. It needs only
 * Node and npm, and brings everything else itself.
 */
const FLOOR_MAJOR = 20;
const FLOOR_MINOR = 19;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < FLOOR_MAJOR || (major === FLOOR_MAJOR && minor < FLOOR_MINOR)) {
  process.stderr.write(
    `holdfast: Node ${FLOOR_MAJOR}.${FLOOR_MINOR} or newer is needed, this is ${process.versions.node}. ` +
      "See https://nodejs.org/en/download.\n",
  );
  process.exitCode = 1;
} else {
  // Imported late: an older Node might not even read these files, and would not say why.
  const { runCommand } = await import("./commands.mjs");
  process.exitCode = await runCommand(process.argv[2], process.argv.slice(3));
}
