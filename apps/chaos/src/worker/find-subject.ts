import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Subject } from "../subject.ts";
import { subjects } from "../subjects.ts";

/** True for what names a module rather than a subject of the list. */
export function isSubjectFile(wish: string): boolean {
  return wish.startsWith(".") || path.isAbsolute(wish);
}

/** A subject of the list by its id, or what the module of that file exports as `subject`. */
export async function findSubject(wish: string): Promise<Subject | undefined> {
  if (!isSubjectFile(wish)) return subjects.find(({ id }) => id === wish);
  const module: { readonly subject?: Subject } = await import(pathToFileURL(wish).href);
  return module.subject;
}
