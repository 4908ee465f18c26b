/** A step ended the command: its message says what to do, its code is the command's exit code. */
export class StepFailure extends Error {
  /**
   * @param {number} code
   * @param {boolean} interrupted
   * @param {string} message
   */
  constructor(code, interrupted, message) {
    super(message);
    this.name = "StepFailure";
    this.code = code;
    this.interrupted = interrupted;
  }
}
