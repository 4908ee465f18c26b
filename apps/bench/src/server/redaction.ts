const HIDDEN = "***";

/** Takes the passwords of `urls`, as they are written there and decoded, out of a text. */
export function redacted(text: string, urls: readonly string[]): string {
  const secrets = urls.flatMap((url) => {
    const { password, searchParams } = new URL(url);
    const queried = searchParams.get("password") ?? "";
    return [url, password, decodeURIComponent(password), queried].filter((word) => word !== "");
  });
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}
