import type { AdministrationBackend } from "../../ipc/administration";
import { failure } from "../../ipc/error";

/** What is told of the login while an officer works with it. */
export interface Watch {
  /** The shell has heard of an act; the login lasts from this moment (in ms) on. */
  acted: (at: number) => void;
  /** The shell knows of no login any more. */
  over: () => void;
}

/** The same backend, which tells with every act of an officer how the login stands. */
export function watched(backend: AdministrationBackend, watch: Watch): AdministrationBackend {
  async function act<T>(ask: () => Promise<T>): Promise<T> {
    // Counted from before the question: the shell counts from when it hears it, which is later.
    const at = Date.now();
    try {
      const answer = await ask();
      watch.acted(at);
      return answer;
    } catch (thrown) {
      if (failure(thrown).code === "not_logged_in") watch.over();
      else watch.acted(at);
      throw thrown;
    }
  }
  return {
    ...backend,
    stay: () => act(() => backend.stay()),
    overview: () => act(() => backend.overview()),
    testToken: () => act(() => backend.testToken()),
    tokenProfile: () => act(() => backend.tokenProfile()),
    probeToken: () => act(() => backend.probeToken()),
    keysAndHsm: () => act(() => backend.keysAndHsm()),
    rotateMaster: (request) => act(() => backend.rotateMaster(request)),
    replaceOwnKey: (request) => act(() => backend.replaceOwnKey(request)),
    tidyToken: () => act(() => backend.tidyToken()),
    backupState: () => act(() => backend.backupState()),
    createBackup: (request) => act(() => backend.createBackup(request)),
    verifyBackup: (request) => act(() => backend.verifyBackup(request)),
    readLog: (request) => act(() => backend.readLog(request)),
    logHead: () => act(() => backend.logHead()),
    verifyLog: () => act(() => backend.verifyLog()),
    exportLog: () => act(() => backend.exportLog()),
    proveEvent: (request) => act(() => backend.proveEvent(request)),
    setSignatureSettings: (request) => act(() => backend.setSignatureSettings(request)),
    people: (request) => act(() => backend.people(request)),
    enrolPerson: (request) => act(() => backend.enrolPerson(request)),
    resetPerson: (request) => act(() => backend.resetPerson(request)),
    suspendPerson: (request) => act(() => backend.suspendPerson(request)),
    resumePerson: (request) => act(() => backend.resumePerson(request)),
    revokePerson: (request) => act(() => backend.revokePerson(request)),
  };
}
