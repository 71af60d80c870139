import type { keeping as english } from "../en/keeping";

/** Jeder Satz der Seiten „Schlüssel & HSM“, „Sicherung“ und „Signaturen“. */
export const keeping: Record<keyof typeof english, string> = {
  "nav-hsm": "Schlüssel & HSM",
  "nav-backup": "Sicherung",
  "nav-settings": "Signaturen",

  "hsm-title": "Schlüssel & HSM",
  "hsm-loading": "Beide Token werden wirklich benutzt …",
  "hsm-check": "Jetzt prüfen",
  "hsm-checked": "Geprüft {ago}",
  "hsm-checking": "Wird geprüft …",
  "hsm-issuing": "Ausstellertoken",
  "hsm-issuing-ready-more":
    "Die Schlüssel der CA und des Notars haben signiert, und das lässt sich prüfen.",
  "hsm-issuing-degraded-more":
    "Ein Schlüssel darauf ist nicht, was er sein muss. Niemand wird aufgenommen oder widerrufen.",
  "hsm-issuing-locked-more":
    "Seine PIN ist gesperrt. Solange wird niemand aufgenommen oder widerrufen.",
  "hsm-issuing-unreachable-more":
    "Es antwortet nicht. Solange wird niemand aufgenommen oder widerrufen.",
  "hsm-issuing-not_set_up-more": "Es gibt noch kein Token.",
  "hsm-canary": "Ausgepackt und signiert in",
  "hsm-canary-ms": "{took} ms",
  "hsm-failed": "fehlgeschlagen {ago}",
  "hsm-objects-count": "{objects}",

  "pin-title": "Signatur-PIN dieses Rechners",
  "pin-keyring": "Sie liegt im Schlüsselbund dieses Systems.",
  "pin-file":
    "Sie liegt in einer privaten Datei außerhalb des Ordners der Organisation, denn es gibt keinen Schlüsselbund.",
  "pin-none": "Sie lässt sich hier nicht lesen.",
  "pin-change": "Die PIN wurde am Token geändert …",
  "pin-form": "Diesem Rechner die neue PIN geben",
  "pin-1": "Die PIN wird am Token einmal probiert. Eine falsche zählt dort als Versuch.",
  "pin-2": "Ist sie richtig, tritt sie an die Stelle der bisherigen, und es kann signiert werden.",
  "pin-label": "Neue PIN des Signaturtokens",
  "pin-deed": "PIN probieren und behalten",
  "pin-busy": "Wird am Token probiert …",
  "pin-off": "Zuerst die PIN eingeben.",
  "pin-done": "Das Token hat die PIN angenommen, und dieser Rechner behält sie.",

  "tidy-title": "Schlüssel, die niemandem gehören",
  "tidy-lead":
    "Endet ein Programm zwischen der Geburt eines Schlüssels und seinem Eintrag, bleibt der Schlüssel auf dem Token.",
  "tidy-deed": "Suchen und vernichten",
  "tidy-busy": "Wird gesucht …",
  "tidy-none": "Es gibt keine.",
  "tidy-done": "Vernichtet: {names}",

  "module-title": "Das Modul des Tokens ist eine andere Datei als die angenommene",
  "module-lead":
    "Eine Aktualisierung des Systems kann es geändert haben, oder jemand anders. Nichts davon wurde ausgeführt. Niemand kann signieren, bis ein Beauftragter es annimmt.",
  "module-path": "Modul",
  "module-accepted": "Angenommen",
  "module-found": "Jetzt da",
  "module-1":
    "Vergleichen Sie den Hash mit dem, den der Hersteller oder Ihr Paket nennt: sha256sum DATEI.",
  "module-2": "Annehmen heißt: Es wird geladen und bekommt die PIN des Tokens.",
  "module-login": "Ihr Anmeldename",
  "module-secret": "Ihr Geheimnis",
  "module-typed": "Zum Annehmen die ersten vier Zeichen des jetzigen Hashs eingeben",
  "module-typed-bad": "Das sind nicht die ersten vier Zeichen.",
  "module-off": "Zuerst Anmeldename, Geheimnis und die vier Zeichen.",
  "module-deed": "Dieses Modul annehmen",
  "module-busy": "Wird geladen, und jeder Schlüssel dahinter bewiesen …",
  "module-done": "Das Modul ist angenommen. Melden Sie sich an.",
  "module-same": "Jedes Modul ist das angenommene.",

  "master-title": "Hauptschlüssel",
  "master-lead":
    "Der Schlüssel jeder Person liegt außerhalb des Tokens, eingepackt unter einem Hauptschlüssel, der es nicht verlassen kann.",
  "master-resident":
    "Die Schlüssel dieser Organisation bleiben auf dem Token, je ein Objekt. Es gibt keinen Hauptschlüssel zu wechseln.",
  "master-label": "Name",
  "master-state": "Stand",
  "master-records": "Schlüssel darunter",
  "master-in_force": "in Kraft",
  "master-next": "bereit, der nächste",
  "master-leaving": "wird verlassen",
  "master-retired": "im Ruhestand",

  "rotate-none": "Es ist kein Wechsel im Gang.",
  "rotate-prepared":
    "{to} ist gemacht und bewiesen. Neue Schlüssel liegen unter {from} und {to}; umgezogen ist noch keiner.",
  "rotate-running": "Schlüssel ziehen von {from} nach {to} um. Währenddessen wird signiert.",
  "rotate-paused": "Angehalten. Schlüssel liegen unter {from} und {to}; mit beiden wird signiert.",
  "rotate-finished": "Der letzte Wechsel ist zu Ende: {to} ist in Kraft.",
  "rotate-progress": "{moved} von {all} Schlüsseln umgezogen",
  "rotate-replace-one":
    "1 Schlüssel ist vor {to} geboren und kann nicht umziehen: Er braucht einen neuen.",
  "rotate-replace":
    "{count} Schlüssel sind vor {to} geboren und können nicht umziehen: Sie brauchen neue.",
  "rotate-replace-who":
    "Wählen Sie für jede Person „Zurücksetzen“ unter Personen, und für den eigenen hier „Meinen Schlüssel ersetzen“:",
  "rotate-more": "und {count} weitere",
  "rotate-interrupted": "Gerade zieht sie nichts um. Setzen Sie es fort, wenn es passt.",

  "rotate-prepare": "Nächsten Hauptschlüssel machen …",
  "rotate-prepare-title": "Den nächsten Hauptschlüssel machen",
  "rotate-prepare-1":
    "Das Token macht einen Schlüssel, der es nicht verlassen kann, und er wird sofort bewiesen.",
  "rotate-prepare-2":
    "Von da an wird der Schlüssel neuer Personen unter beiden eingepackt und kann später umziehen.",
  "rotate-prepare-3":
    "Schlüssel, die es schon gibt, lassen sich nicht noch einmal einpacken: Diese Personen bekommen einen neuen, bevor der alte Hauptschlüssel in den Ruhestand kann.",
  "rotate-prepare-4":
    "Ein Hauptschlüssel lässt sich nicht vernichten: Er bleibt für immer auf dem Token.",
  "rotate-prepare-deed": "Machen",
  "rotate-prepare-busy": "Das Token macht und beweist ihn …",

  "rotate-start": "Schlüssel umziehen …",
  "rotate-start-title": "Schlüssel nach {to} umziehen",
  "rotate-start-1":
    "{count} Schlüssel können umziehen. Sie unterschreiben für jeden; kein Geheimnis der Signierenden ist nötig.",
  "rotate-start-1-one":
    "1 Schlüssel kann umziehen. Sie unterschreiben dafür; kein Geheimnis der Signierenden ist nötig.",
  "rotate-start-2":
    "Währenddessen wird weiter signiert. Es lässt sich jederzeit anhalten und fortsetzen.",
  "rotate-start-3":
    "Es hält von selbst an, wenn Sie sich abmelden oder dieses Fenster sich sperrt.",
  "rotate-start-4":
    "Von da an liegen neue Schlüssel unter {to} allein, und nach {from} führt kein Weg zurück.",
  "rotate-start-deed": "Umziehen",
  "rotate-busy": "Schlüssel ziehen um …",

  "rotate-pause": "Anhalten",
  "rotate-pausing": "Hält nach diesem Schub an …",
  "rotate-resume": "Fortsetzen",

  "rotate-rekey": "Meinen Schlüssel ersetzen …",
  "rotate-rekey-title": "Den eigenen Schlüssel ersetzen",
  "rotate-rekey-1":
    "Ihr Zertifikat wird widerrufen, und Sie bekommen einen neuen Schlüssel samt Zertifikat.",
  "rotate-rekey-2": "Ihr Geheimnis bleibt. Was Sie signiert haben, bleibt signiert.",
  "rotate-rekey-secret": "Ihr Geheimnis",
  "rotate-rekey-deed": "Meinen Schlüssel ersetzen",
  "rotate-rekey-busy": "Ihr nächster Schlüssel wird gemacht …",
  "rotate-rekey-off": "Zuerst Ihr Geheimnis eingeben.",
  "rotate-rekey-done": "Sie haben einen neuen Schlüssel und ein neues Zertifikat.",

  "rotate-finish": "{from} in den Ruhestand …",
  "rotate-finish-off-one": "1 Schlüssel ist noch unter {from}.",
  "rotate-finish-off": "{count} Schlüssel sind noch unter {from}.",
  "rotate-finish-title": "{from} in den Ruhestand versetzen",
  "rotate-finish-1": "Kein Schlüssel braucht ihn mehr; davor wird jeder Eintrag einmal geprüft.",
  "rotate-finish-2":
    "Was noch unter {from} liegt, lässt sich nie wieder öffnen, auch aus Sicherungen nicht.",
  "rotate-finish-3": "Danach eine Sicherung machen und beweisen: Die neueste braucht noch {from}.",
  "rotate-finish-deed": "{from} in den Ruhestand versetzen",
  "rotate-finish-busy": "Jeder Eintrag wird geprüft …",
  "rotate-type": "Zum Bestätigen {label} eingeben",
  "rotate-typed-bad": "Das ist nicht {label}.",
  "rotate-off": "Zuerst {label} eingeben.",

  "backup-title": "Sicherung",
  "backup-loading": "Es wird nachgesehen, was von Sicherungen bekannt ist …",
  "backup-none": "Es gibt keine",
  "backup-none-more":
    "Geht dieser Rechner verloren, ist jeder Schlüssel verloren, und alle brauchen neue.",
  "backup-unproven": "Gemacht, nicht bewiesen",
  "backup-unproven-more":
    "Niemand weiß, ob sie sich öffnen lässt. Holen Sie sie heute einmal heraus.",
  "backup-proven": "Bewiesen",
  "backup-proven-more":
    "Sie wurde herausgeholt, und ihre Schlüssel wurden ausgepackt und signierten.",
  "backup-old": "Alt",
  "backup-old-more":
    "Sie ist über dreißig Tage alt: Wer seitdem aufgenommen wurde, ist nicht darin.",
  "backup-next": "Als Nächstes",
  "backup-next-none": "Machen Sie unten eine Sicherung.",
  "backup-next-unproven": "Beweisen Sie sie unten.",
  "backup-next-old": "Machen Sie unten eine neue.",
  "backup-next-so":
    "Melden Sie sich ab und wieder an: Dann verlassen die PINs der Sicherheitsbeauftragten den Tresor.",
  "backup-next-proven":
    "Nichts, vorerst. Die zwei Geheimnisse gehören zu zwei Personen, fern von hier.",
  "backup-made": "Neueste",
  "backup-made-in": "{ago}, in {folder}",
  "backup-verified": "Bewiesen",
  "backup-never": "nie",
  "backup-so": "PINs der Sicherheitsbeauftragten",
  "backup-so-in_vault": "im Tresor, bis eine Sicherung mit ihnen bewiesen ist",
  "backup-so-leaving":
    "in einer bewiesenen Sicherung; beim nächsten Anmelden verlassen sie den Tresor",
  "backup-so-gone": "nur noch in der Sicherung",
  "backup-not-tokens":
    "Die Token sind keine Dateien dieses Rechners: Ihre Schlüssel brauchen dazu die Sicherung ihres Herstellers.",
  "backup-resident": "Die Schlüssel der Signierenden bleiben auf dem Token und sind nicht darin.",

  "backup-make-title": "Eine Sicherung machen",
  "backup-make-1":
    "Zwei Hälften, jede unter einem eigenen Geheimnis: die Einträge mit dem Protokoll, und die Token mit ihren PINs.",
  "backup-make-2": "Wer eine Hälfte hat, hat nichts. Geben Sie die zwei Geheimnisse zwei Personen.",
  "backup-make-3":
    "Sie werden dreimal gefragt, wohin: der Ordner der Sicherung, die Datei für das Geheimnis der Einträge, die Datei für das Geheimnis der Token.",
  "backup-make-4": "Die Geheimnisse stehen nur in diesen Dateien; dieses Fenster zeigt sie nie.",
  "backup-secret": "Ihr Geheimnis",
  "backup-make-off": "Zuerst Ihr Geheimnis eingeben.",
  "backup-make-deed": "Orte wählen und machen",
  "backup-make-busy": "Wird kopiert, versiegelt und wieder gelesen …",
  "backup-make-done":
    "{folder} ist gemacht: {people} Personen, {keys} Schlüssel, {leaves} Blätter des Protokolls.",
  "backup-make-files": "Die Geheimnisse stehen in {records} und {tokens}.",
  "backup-make-together":
    "Beide Geheimnisse liegen in einem Ordner. Bringen Sie eines woandershin: Wer beide hat, hat alles.",
  "backup-make-then": "Jetzt beweisen.",
  "backup-make-cancelled": "Es wurde nichts gemacht: Kein Ort wurde gewählt.",

  "backup-prove-title": "Eine Sicherung beweisen",
  "backup-prove-1":
    "Sie wird in einen Ordner herausgeholt, der wieder verschwindet. An ihrem Token wird angemeldet, der Kanarienschlüssel jedes Hauptschlüssels wird ausgepackt und signiert, und das Protokoll muss die Wurzel ergeben, die es hatte.",
  "backup-prove-2": "An dieser Organisation ändert sich nichts.",
  "backup-records-secret": "Geheimnis der Einträge",
  "backup-tokens-secret": "Geheimnis der Token",
  "backup-prove-hint": "Leer lassen, um die Datei zu wählen.",
  "backup-prove-deed": "Sicherung wählen und beweisen",
  "backup-prove-busy": "Wird herausgeholt und benutzt …",
  "backup-prove-note": "Das dauert einige Sekunden.",
  "backup-prove-done": "Die Sicherung vom {time} funktioniert.",
  "backup-prove-more":
    "{people} Personen, {keys} Schlüssel, {leaves} Blätter. Ihr Kanarienschlüssel wurde in {took} ms ausgepackt und signierte.",
  "backup-prove-since": "Seitdem: {people} Personen und {leaves} Blätter mehr.",
  "backup-prove-own-token":
    "Benutzt wurde das Token dieses Rechners: Seine Dateien sind in keiner unserer Sicherungen.",
  "backup-prove-cancelled": "Es wurde nichts bewiesen: Keine Sicherung wurde gewählt.",

  "audit-export": "Ausgeben …",
  "audit-exporting": "Wird ausgegeben …",
  "audit-exported":
    "{leaves} Blätter stehen in {file}. {proof} daneben beweist sie; beides kann jeder prüfen.",
  "audit-exported-head": "Kopf: {head}",
  "audit-prove": "Beweis …",
  "audit-prove-of": "Den Beweis von Blatt {leaf} speichern",
  "audit-proven": "Der Beweis von Blatt {leaf} steht in {file}.",

  "settings-title": "Signaturen",
  "settings-lead":
    "Was gilt, wo niemand anderes sagt. Es steht in der Datei der Organisation auf diesem Rechner, und das Protokoll sagt, wer es geändert hat.",
  "settings-own-title": "Signaturen mit Karte",
  "settings-own-lead":
    "Was gilt, wo niemand anderes sagt, für Signaturen aus diesem Konto ohne Organisation.",
  "settings-by-organisation":
    "Das hat Ihre Organisation festgelegt. Ihre Beauftragten können es ändern.",
  "settings-loading": "Die Einstellungen werden gelesen …",
  "settings-level": "Stufe",
  "settings-level-hint":
    "Eine Stufe, die nicht zu erreichen ist, hält eine Signatur an, bevor das Geheimnis gefragt wird. Sie wird nie gesenkt.",
  "settings-level-none": "B-B: nur die Signatur",
  "settings-level-b-b": "B-B: nur die Signatur",
  "settings-level-b-t": "B-T: mit Zeitstempel",
  "settings-level-b-lt": "B-LT: mit allem, was sie später prüfbar macht",
  "settings-level-b-lta": "B-LTA: mit einem Zeitstempel über all das",
  "settings-authorities": "Zeitstempeldienste",
  "settings-authorities-hint":
    "Sie werden in dieser Reihenfolge gefragt; der nächste, wenn einer nicht antwortet.",
  "settings-authorities-none": "Keiner. Stufen ab B-T brauchen einen.",
  "settings-authority": "Adresse {place}",
  "settings-authority-add": "Dienst hinzufügen",
  "settings-authority-bad":
    "Eine Adresse beginnt mit http:// oder https:// und nennt einen Rechner.",
  "settings-anchors": "Wessen Zeitstempeln vertraut wird",
  "settings-anchors-hint":
    "Zertifikate, bei denen der Pfad eines Zeitstempeldienstes enden muss. Vergleichen Sie den Fingerabdruck.",
  "settings-anchors-none":
    "Keines ist genannt: Dann gelten die Stellen, denen dieses System für Server vertraut.",
  "settings-anchor-add": "Zertifikat hinzufügen …",
  "settings-anchor-until": "bis {day}",
  "settings-anchor-further": "und {count} weitere in derselben Datei",
  "settings-anchor-file": "Datei {name}",
  "settings-anchor-unreadable": "{name} lässt sich nicht lesen: {why}",
  "settings-hosts": "Rechner im eigenen Netz",
  "settings-hosts-hint":
    "Nennt ein Zertifikat einen davon oder einen darunter, wird er gefragt. Andere im eigenen Netz nicht.",
  "settings-hosts-none": "Keiner. Nur Rechner, die jeder erreicht, werden gefragt.",
  "settings-host": "Rechner {place}",
  "settings-host-add": "Rechner hinzufügen",
  "settings-host-bad": "Name oder Nummer eines Rechners, ohne http:// und Pfad.",
  "settings-remove": "{what} entfernen",
  "settings-up": "{what} früher fragen",
  "settings-needs-authority": "Diese Stufe braucht einen Zeitstempeldienst.",
  "settings-changes": "Was sich ändert",
  "settings-unchanged": "Es ist nichts geändert.",
  "settings-wrong": "Zuerst beheben, was markiert ist.",
  "settings-discard": "Verwerfen",
  "settings-save": "Speichern",
  "settings-saving": "Wird gespeichert …",
  "settings-saved": "Gespeichert. Es gilt ab der nächsten Signatur.",
  "settings-from-to": "Stufe: aus {from} wird {to}",
  "settings-added": "Hinzugefügt: {what}",
  "settings-removed": "Entfernt: {what}",
  "settings-reordered": "Die Reihenfolge der Dienste",
  "settings-open": "Einstellungen der Signaturen",
};
