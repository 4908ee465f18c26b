import { expect, test } from "vitest";
import {
  FencedStore,
  type StoreValues,
  type StoreVerdict,
  type StoreWrite,
} from "./fenced-store.ts";

async function write(store: FencedStore, values: StoreWrite): Promise<StoreVerdict> {
  const reply = await fetch(store.url, { method: "PUT", body: JSON.stringify(values) });
  return (await reply.json()) as StoreVerdict;
}

test("a smaller token than the largest seen is refused, and the plain value takes everything", async () => {
  await using store = await FencedStore.open();
  expect(await write(store, { plain: 1, fenced: 1, token: "10" })).toEqual({
    plain: true,
    fenced: true,
  });
  // A number of more digits than a double has.
  await write(store, { plain: 2, fenced: 2, token: "9007199254740993" });
  expect(await write(store, { plain: 3, fenced: 3, token: "9007199254740992" })).toEqual({
    plain: true,
    fenced: false,
  });
  expect(await (await fetch(store.url)).json()).toEqual({
    plain: 3,
    fenced: 2,
  } satisfies StoreValues);
});

test("a write without a token is not fenced, so it does not reach the fenced value", async () => {
  await using store = await FencedStore.open();
  expect(await write(store, { plain: 1, fenced: 1 })).toEqual({ plain: true, fenced: false });
  expect(store.values).toEqual({ plain: 1, fenced: 0 });
});
