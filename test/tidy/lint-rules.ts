/** biome.json as far as the rules look at it. */
export interface BiomeConfig {
  readonly linter?: { readonly rules?: unknown };
  readonly overrides?: readonly {
    readonly includes: readonly string[];
    readonly linter?: unknown;
  }[];
}

const FUNCTION_LINES_MAX = 70;

/** Every rule that is switched off anywhere. */
export function rulesOff(config: BiomeConfig): string[] {
  const found = new Set<string>();
  const walk = (value: unknown, name: string): void => {
    if (value === "off") found.add(name);
    if (typeof value !== "object" || value === null) return;
    if ("level" in value && value.level === "off") found.add(name);
    for (const [key, inner] of Object.entries(value)) walk(inner, key);
  };
  walk(config, "");
  return [...found].sort();
}

/** biome.json takes no comments, so the reasons stand in CONTRIBUTING.md: a line per rule. */
export function unexplainedRules(config: BiomeConfig, contributing: string): string[] {
  const lines = contributing.split("\n");
  return rulesOff(config)
    .filter((rule) => !lines.some((line) => line.includes(`\`${rule}\``)))
    .map((rule) => `biome.json: ${rule} is off and CONTRIBUTING.md does not say why`);
}

/** The length of functions is measured by the linter; here, that it still is. */
export function functionLengthProblems(config: BiomeConfig): string[] {
  const rules = config.linter?.rules as
    | { complexity?: { noExcessiveLinesPerFunction?: { level?: string; options?: unknown } } }
    | undefined;
  const rule = rules?.complexity?.noExcessiveLinesPerFunction;
  const { maxLines } = (rule?.options ?? {}) as { maxLines?: number };
  const offFor = (config.overrides ?? [])
    .filter((override) => JSON.stringify(override).includes('"noExcessiveLinesPerFunction":"off"'))
    .flatMap(({ includes }) => includes)
    .filter((glob) => !glob.includes("test"));
  return [
    ...(rule?.level === "error" && maxLines === FUNCTION_LINES_MAX
      ? []
      : [`biome.json: functions have at most ${FUNCTION_LINES_MAX} lines`]),
    ...offFor.map((glob) => `biome.json: the length of functions is not checked in ${glob}`),
  ];
}
