import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cacheFolder, rootFolder, workspacePackages } from "../../scripts/workspace.mjs";
import type { Snippet } from "./snippet.ts";

const COMPILE_MS_MAX = 60_000;
const RUN_MS_MAX = 20_000;
const TSC = path.join(rootFolder, "node_modules", "typescript", "bin", "tsc");
/** Where each driver is installed. */
const DRIVERS = { ioredis: "redis", redis: "redis", pg: "postgres", etcd3: "etcd" };
/** What stands on the pages for the reader's own server, by the variable that has the real address. */
const PAGE_URLS = {
  REDIS_URL: /"redis:\/\/(?:127\.0\.0\.1|localhost):6379"/g,
  POSTGRES_URL: /"postgres:\/\/postgres@localhost:5432\/postgres"/g,
  ETCD_URL: /"http:\/\/localhost:2379"/g,
} as const;

/** A variable that tells a program the address of a server. */
export type UrlVariable = keyof typeof PAGE_URLS;

/** Stands on the pages for the reader's own module. */
const STAND_INS = `declare module "my-provider" {
  import type { FencedProvider } from "@holdfast/core";
  export function myProvider(options: { readonly url: string }): FencedProvider;
}
`;

const TSCONFIG = {
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable"],
    module: "NodeNext",
    moduleDetection: "force",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    outDir: "dist",
    rootDir: ".",
  },
  include: ["*.ts"],
};

/** A project as a user has it, with every snippet as a module of its own. */
export class SnippetProject {
  readonly #folder: string;
  readonly #errors = new Map<string, string[]>();

  constructor() {
    mkdirSync(cacheFolder, { recursive: true });
    this.#folder = mkdtempSync(path.join(cacheFolder, "snippets-"));
  }

  /** Compiles all of them, once. What is wrong with each is in {@link errorsOf}. */
  async compile(snippets: readonly Snippet[]): Promise<void> {
    this.#write("package.json", JSON.stringify({ type: "module" }));
    this.#write("tsconfig.json", JSON.stringify(TSCONFIG));
    this.#write("stand-ins.d.ts", STAND_INS);
    for (const snippet of snippets) this.#write(`${moduleOf(snippet)}.ts`, snippet.text);
    this.#linkPackages();
    const options = { cwd: this.#folder, timeout: COMPILE_MS_MAX };
    const compiling = promisify(execFile)(process.execPath, [TSC, "--pretty", "false"], options);
    const output = await compiling.then(
      () => "",
      (error: { stdout?: string }) => error.stdout || String(error),
    );
    for (const line of output.split("\n")) {
      const file = /^(?<file>[\w-]+)\.ts\(/.exec(line)?.groups?.["file"] ?? "";
      if (line !== "") this.#errors.set(file, [...(this.#errors.get(file) ?? []), line]);
    }
  }

  /** The compiler's words about a snippet, and those about no snippet in particular. */
  errorsOf(snippet: Snippet): readonly string[] {
    return [...(this.#errors.get(moduleOf(snippet)) ?? []), ...(this.#errors.get("") ?? [])];
  }

  /** Runs a compiled snippet in a process of its own; rejects with its words when it fails. */
  async run(snippet: Snippet, urls: { readonly [name in UrlVariable]?: string }): Promise<void> {
    const file = path.join(this.#folder, "dist", `${moduleOf(snippet)}.js`);
    const env = { ...process.env, ...urls };
    const words = ["--unhandled-rejections=strict", file];
    await promisify(execFile)(process.execPath, words, { env, timeout: RUN_MS_MAX });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #linkPackages(): void {
    const modules = path.join(this.#folder, "node_modules");
    mkdirSync(path.join(modules, "@holdfast"), { recursive: true });
    for (const { folder, manifest } of workspacePackages()) {
      if (!manifest.name.startsWith("@holdfast/example-")) {
        symlinkSync(folder, path.join(modules, manifest.name));
      }
    }
    for (const [name, home] of Object.entries(DRIVERS)) {
      const installed = path.join(rootFolder, "packages", home, "node_modules");
      symlinkSync(path.join(installed, name), path.join(modules, name));
    }
  }

  #write(name: string, text: string): void {
    writeFileSync(path.join(this.#folder, name), text);
  }
}

/** The servers that a snippet talks to, or starts of its own. */
export function serversOf({ text }: Snippet): readonly UrlVariable[] {
  const names = Object.keys(PAGE_URLS) as UrlVariable[];
  return names.filter((name) => text.includes(name) || (name === "REDIS_URL" && startsOne(text)));
}

function startsOne(text: string): boolean {
  return text.includes("startRedis(");
}

/** The snippet with the addresses of servers that are there. */
export function withServerUrls(snippet: Snippet): Snippet {
  let { text } = snippet;
  for (const [name, url] of Object.entries(PAGE_URLS)) {
    text = text.replaceAll(url, `(process.env.${name} ?? "")`);
  }
  return { ...snippet, text };
}

function moduleOf({ page, line }: Snippet): string {
  return `${page.replaceAll(/\W+/g, "-")}-${line}`;
}
