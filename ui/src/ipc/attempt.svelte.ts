import { failure, type Failure } from "./error";

/** Does what may fail and keeps why it did, for where nothing else says so. */
export class Attempts {
  failure = $state.raw<Failure | null>(null);

  async run<T>(work: Promise<T>): Promise<T | undefined> {
    this.failure = null;
    try {
      return await work;
    } catch (thrown) {
      this.failure = failure(thrown);
      return undefined;
    }
  }
}
