"""Says what pyHanko thinks of each signature in PDFs, one JSON array a line, in the order of the files.

    foreign_judge.py CA.pem|- < PATHS

A signature is `{"field", "intact", "trusted", "allowed", "whole"}`, or `{"field", "error"}`; a file that
cannot be read is `{"error"}`.
"""

import json
import logging
import sys
import warnings

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def judged(signature, roots):
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    try:
        if signature.sig_object_type == "/DocTimeStamp":
            status = validate_pdf_timestamp(signature, context)
            changes = signature.diff_result
        else:
            status = validate_pdf_signature(signature, context)
            changes = status.diff_result
        level = getattr(changes, "modification_level", ModificationLevel.OTHER)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        revision = status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        allowed = whole or revision and level != ModificationLevel.OTHER
        if getattr(status, "docmdp_ok", True) is False:
            allowed = False
        return {
            "field": signature.field_name,
            "intact": status.intact and status.valid,
            "trusted": status.trusted,
            "allowed": allowed,
            "whole": whole,
        }
    except Exception as error:  # whatever it refuses for, it refuses
        return {"field": signature.field_name, "error": f"{type(error).__name__}: {error}"}


def look(path, roots):
    try:
        with open(path, "rb") as file:
            reader = PdfFileReader(file, strict=False)
            if reader.encrypted:
                reader.decrypt(b"")
            return [judged(one, roots) for one in reader.embedded_signatures]
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main(ca):
    roots = [] if ca == "-" else [load_cert_from_pemder(ca)]
    for line in sys.stdin:
        print(json.dumps(look(line.rstrip("\n"), roots)), flush=True)


main(*sys.argv[1:])
