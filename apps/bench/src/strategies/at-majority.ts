/** Resolves as soon as more than half of `replies` are `yes`, or no longer can be: then with false. */
export function atMajority(replies: readonly Promise<unknown>[], yes: unknown): Promise<boolean> {
  const majority = Math.floor(replies.length / 2) + 1;
  return new Promise((resolve) => {
    let yesCount = 0;
    let noCount = 0;
    const count = (isYes: boolean): void => {
      if (isYes) yesCount += 1;
      else noCount += 1;
      if (yesCount === majority) resolve(true);
      if (noCount > replies.length - majority) resolve(false);
    };
    for (const reply of replies) {
      reply.then(
        (value) => count(value === yes),
        () => count(false),
      );
    }
  });
}
