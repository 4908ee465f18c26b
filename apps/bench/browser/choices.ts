import type { Catalog } from "../src/web/catalog.ts";
import type { RunWish } from "../src/web/run-wish.ts";
import { element } from "./element.ts";
import { checkbox, fieldset, numberField } from "./fields.ts";

const BACKENDS: Readonly<Record<string, string>> = {
  process: "Inside one process",
  redis: "Redis",
  postgres: "PostgreSQL",
  etcd: "etcd",
};

interface Choosable {
  readonly isQuick: boolean;
  readonly isPeer?: boolean;
}

/** The form in which a user says what to measure. */
export class Choices {
  readonly form: HTMLFormElement;
  readonly #catalog: Catalog;
  readonly #start = element("button", { type: "submit" }, "Start");
  readonly #problem = element("p", { role: "alert", class: "problem" });

  /** `start` rejects with what the user is to be told. */
  constructor(catalog: Catalog, start: (wish: RunWish) => Promise<void>) {
    this.#catalog = catalog;
    this.form = element("form", {}, this.#presets(), ...this.#strategyFields());
    this.form.append(this.#scenarioField(), this.#effortField(), this.#start, this.#problem);
    this.#check(({ isQuick, isPeer }) => isQuick && isPeer !== true);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit(start);
    });
  }

  /** A run that goes on has to end first. */
  set isBusy(isBusy: boolean) {
    this.#start.disabled = isBusy;
  }

  async #submit(start: (wish: RunWish) => Promise<void>): Promise<void> {
    this.#problem.textContent = "";
    try {
      await start(this.#wish());
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
    }
  }

  #wish(): RunWish {
    const data = new FormData(this.form);
    const numberOf = (name: string): number | null => {
      const text = String(data.get(name) ?? "");
      return text === "" ? null : Number(text);
    };
    return {
      strategies: data.getAll("strategies").map(String),
      scenarios: data.getAll("scenarios").map(String),
      seconds: numberOf("seconds"),
      rounds: numberOf("rounds"),
      watch: data.has("watch"),
    };
  }

  #presets(): HTMLElement {
    const { quickRounds, quickSeconds } = this.#catalog;
    const preset = (title: string, choose: () => void): HTMLElement => {
      const button = element("button", { type: "button", class: "quiet" }, title);
      button.addEventListener("click", choose);
      return button;
    };
    return element(
      "p",
      { class: "presets" },
      preset("A first look", () => {
        this.#check(({ isQuick, isPeer }) => isQuick && isPeer !== true);
        this.#effort(quickRounds, quickSeconds);
      }),
      preset("A first look, with peers", () => {
        this.#check(({ isQuick }) => isQuick);
        this.#effort(quickRounds, quickSeconds);
      }),
      preset("Everything", () => {
        this.#check(() => true);
        this.#effort("", "");
      }),
      preset("Nothing", () => this.#check(() => false)),
    );
  }

  #check(isWanted: (item: Choosable) => boolean): void {
    const { strategies, scenarios } = this.#catalog;
    const wanted = new Set([...strategies, ...scenarios].filter(isWanted).map(({ id }) => id));
    const names = "input[name=strategies], input[name=scenarios]";
    for (const box of this.form.querySelectorAll<HTMLInputElement>(names)) {
      box.checked = wanted.has(box.value);
    }
  }

  #effort(rounds: number | "", seconds: number | ""): void {
    for (const [name, value] of Object.entries({ rounds, seconds })) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = String(value);
    }
  }

  #strategyFields(): readonly HTMLElement[] {
    const { strategies } = this.#catalog;
    return [...new Set(strategies.map(({ backend }) => backend))].map((backend) => {
      const here = strategies.filter((strategy) => strategy.backend === backend);
      const boxes = here.map(({ id, about, isPeer }) =>
        checkbox("strategies", { value: id, about: isPeer ? `peer · ${about}` : about }),
      );
      return fieldset(BACKENDS[backend] ?? backend, boxes);
    });
  }

  #scenarioField(): HTMLElement {
    const { scenarios } = this.#catalog;
    const boxes = scenarios.map(({ id, about }) => checkbox("scenarios", { value: id, about }));
    return fieldset("Questions", boxes);
  }

  #effortField(): HTMLElement {
    const { quickRounds, quickSeconds } = this.#catalog;
    return fieldset("How thoroughly", [
      numberField("rounds", "Rounds", { min: 1, max: 1000, step: 1, value: quickRounds }),
      numberField("seconds", "Seconds of a slice", {
        ...{ min: 0.01, max: 600, step: "any", value: quickSeconds },
      }),
      element("p", { class: "about" }, "Empty: each question's own, as for published figures."),
      checkbox("watch", {
        value: "watch the locks",
        about: "while it runs: holders, waiters, tokens. It costs, so conclude nothing from it",
      }),
    ]);
  }
}
