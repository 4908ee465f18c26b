import { LockError } from "@holdfast/core";

/**
 * A configuration that cannot be followed: `CONFIG_INVALID`, nothing was sent. It has no cause, since what
 * Node says of an address or of a file quotes it.
 */
export class ConfigError extends LockError {
  /**
   * True when only this machine lacks something: a variable or a package. Then a backend that nobody uses
   * here may keep the error to itself.
   */
  readonly isMissing: boolean;

  constructor(message: string, { isMissing = false }: { readonly isMissing?: boolean } = {}) {
    super("CONFIG_INVALID", message);
    this.isMissing = isMissing;
  }
}
