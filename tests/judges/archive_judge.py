"""Holds a PDF before and after it was signed against the rules of PDF/A and PDF/UA that a signature
can break, as pyHanko's reader sees it; docs/pdf-a-and-ua.md tells them.

    archive_judge.py < PAIRS

A pair is one line, BEFORE and AFTER with a tab between. Prints one JSON object a pair: what the
document claims, and for each rule of what it claims its clause and whether it holds in either file.
"""

import json
import logging
import re
import struct
import sys

from asn1crypto import cms
from lxml import etree
from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader

logging.disable(logging.CRITICAL)

PDF_A = "{http://www.aiim.org/pdfa/ns/id/}"
PDF_UA = "{http://www.aiim.org/pdfua/ns/id/}"
HIDDEN, PRINT = 2, 4
# Invisible, Hidden, NoView and ToggleNoView.
NEVER = {1: 1 | 2 | 32, 2: 1 | 2 | 32 | 256, 3: 1 | 2 | 32 | 256, 4: 1 | 2 | 32 | 256}


class Broken(Exception):
    """A rule does not hold, for this reason."""


def need(holds, why):
    if not holds:
        raise Broken(why)


class File:
    """One of the two files, with what many rules ask for."""

    def __init__(self, path, before=0):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.reader = PdfFileReader(misc_buffer(self.bytes), strict=False)
        self.root = self.reader.root
        self.before = before
        self.claims = claims(self.root)
        self.pages = list(pages(self.root["/Pages"]))

    @property
    def appended(self):
        return self.bytes[self.before :]

    def annotations(self):
        for page in self.pages:
            for annotation in get(page, "/Annots") or ():
                annotation = resolve(annotation)
                if isinstance(annotation, generic.DictionaryObject):
                    yield page, annotation

    def widgets(self):
        return [(p, a) for p, a in self.annotations() if get(a, "/Subtype") == "/Widget"]

    def signatures(self):
        """Signature widgets that are signed, with their page."""
        for page, widget in self.widgets():
            if inherited(widget, "/FT") == "/Sig" and inherited(widget, "/V") is not None:
                yield page, widget

    def appearances(self):
        """The normal appearances of signatures, with their page."""
        for page, widget in self.signatures():
            normal = get(get(widget, "/AP") or {}, "/N")
            if isinstance(normal, generic.StreamObject):
                yield page, normal

    def fonts(self):
        for _, form in self.appearances():
            fonts = get(get(form, "/Resources") or {}, "/Font") or {}
            for name in fonts:
                yield name, get(fonts, name), form

    def form(self):
        return get(self.root, "/AcroForm") or {}


def misc_buffer(content):
    import io

    return io.BytesIO(content)


def resolve(value):
    while isinstance(value, generic.IndirectObject):
        value = value.get_object()
    return None if isinstance(value, generic.NullObject) else value


def get(dictionary, key):
    if dictionary is None:
        return None
    try:
        return resolve(dictionary.raw_get(key)) if key in dictionary else None
    except AttributeError:
        return resolve(dictionary.get(key))
    except misc.PdfReadError:
        return None


def raw(dictionary, key):
    return dictionary.raw_get(key) if key in dictionary else None


def identity(value):
    return (value.idnum, value.generation) if isinstance(value, generic.IndirectObject) else None


def inherited(node, key):
    for _ in range(32):
        if node is None:
            return None
        if get(node, key) is not None:
            return get(node, key)
        node = get(node, "/Parent")
    return None


def pages(node, depth=0, above=None):
    node, above = resolve(node), dict(above or {})
    for key in ("/CropBox", "/MediaBox"):
        if get(node, key) is not None:
            above[key] = get(node, key)
    kids = get(node, "/Kids")
    if kids is None or depth > 64:
        node.boxes = above
        yield node
        return
    for kid in kids:
        yield from pages(kid, depth + 1, above)


def claims(root):
    found = {"part": None, "level": None, "ua": None}
    metadata = get(root, "/Metadata")
    if not isinstance(metadata, generic.StreamObject):
        return found
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        tree = etree.fromstring(metadata.data.strip(), parser)
    except (etree.XMLSyntaxError, ValueError, misc.PdfError):
        return found
    if tree is None:
        return found
    for element in tree.iter(etree.Element):
        values = [(element.tag, element.text)] + list(element.items())
        for tag, value in values:
            value = (value or "").strip()
            if tag == PDF_A + "part" and value.isdigit() and found["part"] is None:
                found["part"] = int(value)
            if tag == PDF_A + "conformance" and value and found["level"] is None:
                found["level"] = value.upper()
            if tag == PDF_UA + "part" and value.isdigit() and found["ua"] is None:
                found["ua"] = int(value)
    return found


# Syntax of what was appended. ------------------------------------------------------------------


def pieces(content):
    """Parts objects from the content of their streams."""
    at = 0
    text = []
    for match in re.finditer(rb"stream(\r\n|\n)", content):
        if match.start() < at or content[match.start() - 3 : match.start()] == b"end":
            continue
        head = content[max(at, content.rfind(b"obj", 0, match.start())) : match.start()]
        length = re.search(rb"/Length (\d+)", head)
        if not length:
            continue
        end = match.end() + int(length[1])
        text.append(content[at : match.end()])
        need(
            re.match(rb"(\r\n|\n|\r)endstream", content[end : end + 11]),
            "a stream does not end where its length says, on a line of its own",
        )
        at = end
    text.append(content[at:])
    return text


def syntax_streams(file):
    pieces(file.appended)


def syntax_hexadecimal(file):
    for piece in pieces(file.appended):
        # Literal strings first: what looks like another string in them is none.
        piece = re.sub(rb"\((\\.|[^\\()])*\)", b"()", piece)
        for digits in re.findall(rb"(?<!<)<([^<>]*)>(?!>)", piece):
            need(re.fullmatch(rb"([0-9A-Fa-f]{2})*", digits), "a hexadecimal string is odd")


def syntax_objects(file):
    line = rb"(\r\n|\n|\r)"
    text = b"\n".join(pieces(file.appended))
    for match in re.finditer(rb"\d+ +\d+ +obj\b", text):
        before, after = text[: match.start()], text[match.end() :]
        need(not before or before[-1:] in b"\r\n", "an object does not start on a line")
        need(re.match(line, after), "obj is not followed by a line end")
        need(re.fullmatch(rb"\d+ \d+ obj", match[0]), "spaces of an object's head")
    for match in re.finditer(rb"\bendobj\b", text):
        need(text[match.start() - 1 : match.start()] in (b"\r", b"\n"), "endobj on no line")
        need(re.match(line, text[match.end() :]), "endobj is not followed by a line end")


def syntax_table(file):
    for match in re.finditer(rb"(?:^|[\r\n])xref([^t]*?)trailer", file.appended):
        lines = rb"(\r\n|\n|\r)(\d+ \d+(\r\n|\n|\r)((\d{10} \d{5} [nf])( \r| \n|\r\n))*)+"
        need(re.fullmatch(lines, match[1]), "the cross-reference table is not in form")


def no_stream_section(file):
    for match in re.finditer(rb"/Type\s*/(XRef|ObjStm)\b", file.appended):
        raise Broken(match[0].decode())


def nothing_behind(file):
    rest = file.bytes[file.bytes.rindex(b"%%EOF") + 5 :]
    need(rest in (b"", b"\n", b"\r", b"\r\n"), "data follow the last %%EOF")


def identified(file):
    trailer = file.reader.trailer
    identifier = resolve(trailer.raw_get("/ID")) if "/ID" in trailer else None
    need(identifier and len(identifier) == 2 and len(identifier[0]) > 0, "no /ID")


def not_encrypted(file):
    need("/Encrypt" not in file.reader.trailer, "/Encrypt")


def same_header_and_version(original):
    def rule(file):
        need(file.bytes[:8] == original.bytes[:8], "header")
        for key in ("/Version", "/Extensions"):
            need(get(file.root, key) == get(original.root, key), f"{key} of the catalog")

    return rule


def same_version(original):
    def rule(file):
        need(get(file.root, "/Version") == get(original.root, "/Version"), "/Version")

    return rule


def same_description(original):
    def rule(file):
        for name in ("/Metadata",):
            one, other = get(original.root, name), get(file.root, name)
            need(getattr(one, "data", None) == getattr(other, "data", None), name)
        one, other = (
            f.reader.trailer.raw_get("/Info") if "/Info" in f.reader.trailer else None
            for f in (original, file)
        )
        need(identity(one) == identity(other) and resolve(one) == resolve(other), "/Info")

    return rule


def limits(string, array):
    def walk(value, depth=0):
        if isinstance(value, generic.IndirectObject) or depth > 32:
            return
        if isinstance(value, (generic.ByteStringObject, generic.TextStringObject)):
            need(len(value) < string, f"a string of {len(value)}")
        elif isinstance(value, generic.NameObject):
            need(len(value) <= 128, "a long name")
        elif isinstance(value, generic.NumberObject):
            need(-(2**31) <= int(value) < 2**31, "a large integer")
        elif isinstance(value, generic.ArrayObject):
            need(len(value) <= array, f"an array of {len(value)}")
            for index in range(len(value)):
                walk(value.raw_get(index), depth + 1)
        elif isinstance(value, generic.DictionaryObject):
            for key in value:
                walk(value.raw_get(key), depth + 1)

    def rule(file):
        heads = re.findall(rb"[\r\n](\d+) (\d+) obj", file.appended)
        for number, generation in heads:
            reference = generic.Reference(int(number), int(generation), file.reader)
            walk(reference.get_object())

    return rule


def no_lzw(file):
    for piece in pieces(file.appended):
        need(not re.search(rb"/(LZWDecode|Crypt)\b", piece), "a filter")


def no_foreign_file(file):
    for _, stream in file.appearances():
        need(not {"/F", "/FFilter", "/FDecodeParms"} & set(stream), "a stream elsewhere")


# Annotations and forms. ------------------------------------------------------------------------


def flags(part):
    def rule(file):
        for _, annotation in file.annotations():
            if part > 1 and get(annotation, "/Subtype") == "/Popup":
                continue
            flag = get(annotation, "/F")
            need(flag is not None, "no /F")
            need(int(flag) & PRINT and not int(flag) & NEVER[part], f"/F {flag}")

    return rule


def opaque(file):
    for _, annotation in file.annotations():
        need(get(annotation, "/CA") in (None, 1, 1.0), "/CA")


def only_normal(file):
    for _, annotation in file.annotations():
        appearance = get(annotation, "/AP")
        if appearance is None:
            continue
        need(set(appearance) == {"/N"}, f"/AP has {sorted(appearance)}")
        button = inherited(annotation, "/FT") == "/Btn"
        button = button and get(annotation, "/Subtype") == "/Widget"
        stream = isinstance(get(appearance, "/N"), generic.StreamObject)
        need(button or stream, "/N is no stream")


def drawn(part):
    def rule(file):
        for _, annotation in file.annotations():
            kind = get(annotation, "/Subtype")
            if part == 1 and kind != "/Widget" or kind in ("/Popup", "/Link", "/Projection"):
                continue
            left, bottom, right, top = get(annotation, "/Rect")
            if part == 1 or left != right or bottom != top:
                need(get(annotation, "/AP") is not None, "no /AP")

    return rule


def no_widget_actions(part):
    def rule(file):
        for _, widget in file.widgets():
            need("/A" not in widget, "/A")
            need(part == 4 or "/AA" not in widget, "/AA")

    return rule


def not_redrawn(file):
    need(not get(file.form(), "/NeedAppearances"), "/NeedAppearances")


def no_xfa(file):
    need("/XFA" not in file.form() and not get(file.root, "/NeedsRendering"), "/XFA")


def permissions(file):
    known = {"/UR3", "/DocMDP"}
    need(set(get(file.root, "/Perms") or {}) <= known, "/Perms")
    if "/DocMDP" not in (get(file.root, "/Perms") or {}):
        return
    for _, widget in file.signatures():
        for reference in get(inherited(widget, "/V"), "/Reference") or ():
            never = {"/DigestLocation", "/DigestMethod", "/DigestValue"}
            need(not never & set(resolve(reference)), "a digest in a reference")


def covered(file):
    """The newest signature covers the file, each a revision; the gap is /Contents and no more."""
    ends = []
    for signature in file.reader.embedded_signatures:
        start, length, second, rest = [int(n) for n in signature.byte_range]
        need(start == 0, "the range does not start at 0")
        gap = file.bytes[length:second]
        need(gap[:1] == b"<" and gap[-1:] == b">", "the gap is not one string")
        need(re.fullmatch(rb"[0-9A-Fa-f]*", gap[1:-1]), "the gap is not one string")
        ends.append(second + rest)
    need(not ends or max(ends) == len(file.bytes), "the file is not covered")


def one_signer(file):
    for signature in file.reader.embedded_signatures:
        content = cms.ContentInfo.load(signature.pkcs7_content)["content"]
        need(len(content["signer_infos"]) == 1, "not one signer")
        need(len(content["certificates"]) >= 1, "no certificate")


# Appearances. ----------------------------------------------------------------------------------

TOKEN = re.compile(
    rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|/[^\s()<>\[\]{}/%]*|[\[\]]|[^\s()<>\[\]{}/%]+|<<|>>"
)
DEVICES = {
    b"g": "Gray", b"G": "Gray", b"rg": "RGB", b"RG": "RGB", b"k": "CMYK", b"K": "CMYK",
}  # fmt: skip


def devices(form, depth=0):
    """Device colour spaces that a form uses and no default colour space stands in for."""
    resources = get(form, "/Resources") or {}
    spaces = get(resources, "/ColorSpace") or {}
    used, last = set(), None
    for token in TOKEN.findall(form.data):
        if token in DEVICES:
            used.add(DEVICES[token])
        elif token in (b"cs", b"CS") and last:
            used |= {name for name in ("Gray", "RGB", "CMYK") if last == b"/Device%b" % name.encode()}
        last = token
    if re.search(rb"\b(Tj|TJ|f|f\*|S|s|B|b)\b", form.data) and not used:
        colours = re.search(rb"\b(cs|CS|sc|SC|scn|SCN)\b", form.data)
        if not colours:
            used.add("Gray")  # the initial colour is black in DeviceGray
    used = {name for name in used if "/Default" + name not in spaces}
    objects = get(resources, "/XObject") or {}
    for name in objects:
        inner = get(objects, name)
        if get(inner, "/Subtype") == "/Form" and depth < 8:
            used |= devices(inner, depth + 1)
        elif get(inner, "/Subtype") == "/Image":
            space = get(inner, "/ColorSpace")
            for device in ("Gray", "RGB", "CMYK"):
                if space == "/Device" + device and "/Default" + device not in spaces:
                    used.add(device)
    return used


def intent(owner):
    for one in get(owner, "/OutputIntents") or ():
        one = resolve(one)
        if get(one, "/S") == "/GTS_PDFA1" and get(one, "/DestOutputProfile") is not None:
            profile = get(one, "/DestOutputProfile")
            try:
                return profile.data[16:20].decode("latin-1").strip()
            except (ValueError, misc.PdfError):
                return {1: "GRAY", 3: "RGB", 4: "CMYK"}.get(get(profile, "/N"))
    return None


def colours(part):
    def rule(file):
        for page, form in file.appearances():
            space = (intent(page) if part == 4 else None) or intent(file.root)
            used = devices(form)
            need("CMYK" not in used or space == "CMYK", "DeviceCMYK")
            need("RGB" not in used or space == "RGB", "DeviceRGB")
            need("Gray" not in used or space is not None, "DeviceGray without an output intent")

    return rule


def opaque_parts(form, depth=0):
    yield form
    objects = get(get(form, "/Resources") or {}, "/XObject") or {}
    for name in objects:
        inner = get(objects, name)
        if depth < 8:
            yield from opaque_parts(inner, depth + 1)


def see_through(file):
    for page, form in file.appearances():
        for part in opaque_parts(form):
            if get(part, "/SMask") is not None:
                yield page, "/SMask"
            if (get(part, "/Group") or {}).get("/S") == "/Transparency":
                yield page, "/Group"
            states = get(get(part, "/Resources") or {}, "/ExtGState") or {}
            for name in states:
                state = get(states, name)
                if get(state, "/SMask") not in (None, "/None"):
                    yield page, "/SMask"
                if get(state, "/BM") not in (None, "/Normal", "/Compatible"):
                    yield page, "/BM"
                if any(get(state, key) not in (None, 1, 1.0) for key in ("/CA", "/ca")):
                    yield page, "alpha"


def no_transparency(file):
    for _, what in see_through(file):
        raise Broken(what)


def blended(file):
    for page, what in see_through(file):
        group = get(get(page, "/Group") or {}, "/CS")
        need(intent(file.root) or group is not None, f"{what} without a space to blend in")


def plain_forms(file):
    for _, form in file.appearances():
        for part in opaque_parts(form):
            need(not {"/Ref", "/PS", "/OPI", "/Alternates"} & set(part), "a form of another kind")
            need(get(part, "/Subtype2") != "/PS" and get(part, "/Subtype") != "/PS", "PostScript")
            need(not get(part, "/Interpolate"), "/Interpolate")


def own_resources(file):
    for _, form in file.appearances():
        names = set(re.findall(rb"(/[^\s()<>\[\]{}/%]+)\s+[-\d.]+\s+Tf\b", form.data))
        fonts = get(get(form, "/Resources") or {}, "/Font") or {}
        need("/Resources" in form, "no /Resources")
        need({name.decode() for name in names} <= set(fonts), "a font of the page's")


# Fonts. ----------------------------------------------------------------------------------------


def composite(file):
    for name, font, form in file.fonts():
        descendant = resolve(get(font, "/DescendantFonts")[0]) if "/DescendantFonts" in font else None
        yield name, font, descendant, form


def tables(program):
    count = struct.unpack(">H", program[4:6])[0]
    found = {}
    for index in range(count):
        tag, _, start, length = struct.unpack(">4sLLL", program[12 + 16 * index : 28 + 16 * index])
        found[tag] = program[start : start + length]
    return found


def embedded(file):
    for name, font, descendant, _ in composite(file):
        descriptor = get(descendant if descendant is not None else font, "/FontDescriptor") or {}
        programs = {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
        need(get(font, "/Subtype") == "/Type3" or len(programs) == 1, f"{name} is not embedded")


def font_dictionaries(file):
    for name, font, descendant, _ in composite(file):
        need(get(font, "/Type") == "/Font", f"{name} has no /Type")
        need(get(font, "/Subtype") == "/Type3" or get(font, "/BaseFont"), f"{name} has no name")
        if descendant is None:
            continue
        need(get(font, "/Encoding") in ("/Identity-H", "/Identity-V"), "encoding")
        if get(descendant, "/Subtype") == "/CIDFontType2":
            need(get(descendant, "/CIDToGIDMap") is not None, "no /CIDToGIDMap")


def codes(form):
    """The two-byte codes that a form shows, by the font that is set."""
    shown, font, last = {}, None, []
    for token in TOKEN.findall(form.data):
        if token == b"Tf" and len(last) > 1:
            font = last[-2].decode()
        elif token in (b"Tj", b"TJ", b"'", b'"'):
            for operand in last:
                if operand[:1] == b"<":
                    digits = operand[1:-1]
                    found = (int(digits[at : at + 4], 16) for at in range(0, len(digits), 4))
                    shown.setdefault(font, set()).update(found)
        if re.fullmatch(rb"[A-Za-z'\"*]+", token):
            last = []
        else:
            last.append(token)
    return shown


def glyphs(file):
    """Font, descendant, TrueType tables and the codes shown, for each composite TrueType font."""
    for name, font, descendant, form in composite(file):
        program = get(get(descendant or {}, "/FontDescriptor") or {}, "/FontFile2")
        if program is not None:
            yield name, font, descendant, tables(program.data), codes(form).get(name, set())


def present(file):
    for name, _, _, table, shown in glyphs(file):
        count = struct.unpack(">H", table[b"maxp"][4:6])[0]
        need(all(code < count for code in shown), f"{name} shows a glyph that it has not")


def no_notdef(file):
    for name, _, _, _, shown in glyphs(file):
        need(0 not in shown, f"{name} shows .notdef")


def widths(file):
    for name, _, descendant, table, shown in glyphs(file):
        unit = struct.unpack(">H", table[b"head"][18:20])[0]
        metrics = struct.unpack(">H", table[b"hhea"][34:36])[0]
        told, array = {}, list(get(descendant, "/W") or ())
        while array:
            first, second = int(resolve(array.pop(0))), resolve(array.pop(0))
            if isinstance(second, generic.ArrayObject):
                told.update({first + at: float(width) for at, width in enumerate(second)})
            else:
                width = float(resolve(array.pop(0)))
                told.update({code: width for code in range(first, int(second) + 1)})
        default = get(descendant, "/DW")
        for code in shown:
            at = 4 * min(code, metrics - 1)
            real = struct.unpack(">H", table[b"hmtx"][at : at + 2])[0] * 1000 / unit
            width = told.get(code, 1000 if default is None else float(default))
            need(abs(real - width) <= 1, f"{name}: glyph {code} is {real} wide, not {width}")


def cid_set(required):
    def rule(file):
        for name, font, descendant, table, _ in glyphs(file):
            if not re.match(r"/[A-Z]{6}\+", str(get(font, "/BaseFont"))):
                continue
            listed = get(get(descendant, "/FontDescriptor"), "/CIDSet")
            need(listed is not None or not required, f"{name} has no /CIDSet")
            if listed is None:
                continue
            count = struct.unpack(">H", table[b"maxp"][4:6])[0]
            bits = "".join(f"{byte:08b}" for byte in listed.data)
            need(bits[:count] == "1" * count, f"/CIDSet of {name} leaves glyphs out")
            need("1" not in bits[count:], f"/CIDSet of {name} lists what is not there")

    return rule


def to_unicode(file):
    for name, font, _, _, shown in glyphs(file):
        mapping = get(font, "/ToUnicode")
        need(mapping is not None, f"{name} has no /ToUnicode")
        told = {}
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", mapping.data, re.S):
            for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                told[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", mapping.data, re.S):
            for low, high, _ in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
                told.update({code: "?" for code in range(int(low, 16), int(high, 16) + 1)})
        need(shown <= set(told), f"{name} shows what has no text")
        need(not set("".join(told.values())) & set("\0\ufffe\ufeff"), "a text that is none")


# PDF/UA. ---------------------------------------------------------------------------------------


def outside(page, widget):
    box = page.boxes.get("/CropBox", page.boxes.get("/MediaBox"))
    if box is None:
        return False
    left, bottom, right, top = [float(n) for n in box]
    x1, y1, x2, y2 = [float(n) for n in get(widget, "/Rect")]
    return max(x1, x2) <= left or max(y1, y2) <= bottom or min(x1, x2) >= right or min(y1, y2) >= top


def heard(file):
    """Widgets that the rules of PDF/UA look at."""
    for page, widget in file.widgets():
        if not outside(page, widget) and not int(get(widget, "/F") or 0) & HIDDEN:
            yield page, widget


def look_up(node, key, depth=0):
    node = resolve(node)
    if node is None or depth > 32:
        return None
    if "/Kids" in node:
        for kid in get(node, "/Kids"):
            kid = resolve(kid)
            least, most = [int(resolve(n)) for n in get(kid, "/Limits")]
            if least <= key <= most:
                return look_up(kid, key, depth + 1)
        return None
    nums = get(node, "/Nums") or generic.ArrayObject()
    for at in range(0, len(nums) - 1, 2):
        if int(nums[at]) == key:
            return nums.raw_get(at + 1)
    return None


def role(tree, element):
    kind, namespace = get(element, "/S"), get(element, "/NS")
    roles = get(namespace, "/RoleMapNS") if namespace else get(tree, "/RoleMap")
    for _ in range(8):
        following = get(roles or {}, kind)
        if isinstance(following, generic.ArrayObject):
            following = resolve(following[0])
        if following is None or following == kind:
            break
        kind = following
    return kind


def parent_of(file, widget):
    tree, key = get(file.root, "/StructTreeRoot"), get(widget, "/StructParent")
    if tree is None or key is None:
        return None
    return resolve(look_up(raw(tree, "/ParentTree"), int(key)))


def in_form(ua):
    def rule(file):
        marked(file)  # where there is no structure, nothing can be put into it
        tree = get(file.root, "/StructTreeRoot")
        for _, widget in heard(file):
            element = parent_of(file, widget)
            left, bottom, right, top = get(widget, "/Rect")
            if ua == 2 and element is None and left == right and bottom == top:
                continue
            need(element is not None, "a widget is in no element")
            need(role(tree, element) == "/Form", "a widget is in no Form")

    return rule


def one_kid(file):
    for _, widget in file.signatures():
        element = parent_of(file, widget)
        if element is None:
            continue
        kids = get(element, "/K")
        kids = list(kids) if isinstance(kids, generic.ArrayObject) else [kids]
        need(len(kids) == 1 and get(resolve(kids[0]), "/Type") == "/OBJR", "a Form of several")
        need(get(resolve(kids[0]), "/Obj") == widget, "the Form of another")


def connected(file):
    """Every element of a signature hangs below the root, and its parent names it."""
    root = get(file.root, "/StructTreeRoot")
    for _, widget in file.signatures():
        element = parent_of(file, widget)
        for _ in range(32):
            if element is None or element == root:
                break
            parent = get(element, "/P")
            need(parent is not None, "an element without /P")
            kids = get(parent, "/K")
            kids = list(kids) if isinstance(kids, generic.ArrayObject) else [kids]
            need(any(resolve(kid) == element for kid in kids), "a parent does not name its kid")
            element = parent


def one_document(file):
    tree = get(file.root, "/StructTreeRoot")
    kids = get(tree or {}, "/K")
    kids = list(kids) if isinstance(kids, generic.ArrayObject) else [kids]
    need(len(kids) == 1 and role(tree, resolve(kids[0])) == "/Document", "not one Document")


def described(file):
    for _, widget in heard(file):
        element = parent_of(file, widget)
        need(inherited(widget, "/TU") or (element and get(element, "/Alt")), "no /TU and no /Alt")


def labelled(file):
    for _, widget in file.signatures():
        need(get(widget, "/Contents") or "/StructParent" not in widget, "no /Contents")


def unseen_unheard(file):
    for _, widget in file.widgets():
        left, bottom, right, top = get(widget, "/Rect")
        empty = left == right and bottom == top
        need(not empty or parent_of(file, widget) is None, "an element for nothing")


def ordered(ua):
    orders = ("/S",) if ua == 1 else ("/S", "/A", "/W")

    def rule(file):
        for page in file.pages:
            if len(get(page, "/Annots") or ()) > 0:
                need(get(page, "/Tabs") in orders, "no /Tabs /S")

    return rule


def spoken(file):
    for _, widget in file.signatures():
        element = parent_of(file, widget)
        known = get(file.root, "/Lang") or (element and get(element, "/Lang"))
        need(known or not inherited(widget, "/TU"), "no language for /TU")


def marked(file):
    need(get(get(file.root, "/MarkInfo") or {}, "/Marked") is True or
         bool(get(get(file.root, "/MarkInfo") or {}, "/Marked")), "not marked")
    need(get(file.root, "/StructTreeRoot") is not None, "no structure")


def no_references(file):
    for _, form in file.appearances():
        need("/Ref" not in form, "/Ref")


# Which rule is which clause. -------------------------------------------------------------------


def rules(part, ua, original):
    """Name, clause and rule, for the parts that are claimed."""
    if part:
        one = part == 1
        iso = f"19005-{part}"
        clause = lambda *of: of[{1: 0, 2: 1, 3: 1, 4: 2}[part]]  # noqa: E731
        at = lambda *of: f"{iso} {clause(*of)}"  # noqa: E731
        if one:
            yield "header_and_version", f"{iso} 6.1.2", same_header_and_version(original)
            yield "table_not_stream", f"{iso} 6.1.4", no_stream_section
            yield "no_transparency", f"{iso} 6.4", no_transparency
            yield "annotations_opaque", f"{iso} 6.5.3", opaque
        else:
            yield "version", f"{iso} 6.1.2", same_version(original)
            yield "blending_space", at("", "6.2.10", "6.2.9"), blended
            yield "no_notdef", at("", "6.2.11.8", "6.2.10.9"), no_notdef
            yield "no_xfa", at("", "6.4.2", "6.4.2"), no_xfa
            yield "permissions", at("", "6.1.12", "6.1.11"), permissions
            yield "resources", at("", "6.2.2", "6.2.2"), own_resources
        if part in (2, 3):
            yield "byte_range", f"{iso} 6.4.3", covered
            yield "one_signer", f"{iso} 6.4.3", one_signer
        yield "identifier", f"{iso} 6.1.3", identified
        yield "not_encrypted", f"{iso} 6.1.3", not_encrypted
        yield "nothing_behind", f"{iso} 6.1.3", nothing_behind
        yield "table_in_form", f"{iso} 6.1.4", syntax_table
        yield "hexadecimal", at("6.1.6", "6.1.6", "6.1.5"), syntax_hexadecimal
        yield "streams", at("6.1.7", "6.1.7.1", "6.1.6.1"), syntax_streams
        yield "no_external_streams", at("6.1.7", "6.1.7.1", "6.1.6.1"), no_foreign_file
        yield "filters", at("6.1.10", "6.1.7.2", "6.1.6.2"), no_lzw
        yield "objects", at("6.1.8", "6.1.9", "6.1.8"), syntax_objects
        if part < 4:
            strings, arrays = (65536, 8191) if one else (32768, 10**9)
            yield "limits", at("6.1.12", "6.1.13", ""), limits(strings, arrays)
        yield "device_colours", at("6.2.3.3", "6.2.4.3", "6.2.4.3"), colours(part)
        yield "form_xobjects", at("6.2.5", "6.2.9", "6.2.8"), plain_forms
        yield "fonts", at("6.3.2", "6.2.11.2", "6.2.10.2"), font_dictionaries
        yield "fonts_embedded", at("6.3.4", "6.2.11.4.1", "6.2.10.4.1"), embedded
        yield "glyphs_present", at("6.3.5", "6.2.11.4.1", "6.2.10.4.1"), present
        if part < 4:
            yield "cid_set", at("6.3.5", "6.2.11.4.2", ""), cid_set(one)
        yield "glyph_widths", at("6.3.6", "6.2.11.5", "6.2.10.5"), widths
        yield "text_of_glyphs", at("6.3.8", "6.2.11.7", "6.2.10.7"), to_unicode
        yield "annotation_flags", at("6.5.3", "6.3.2", "6.3.2"), flags(part)
        yield "only_normal_appearances", at("6.5.3", "6.3.3", "6.3.3"), only_normal
        yield "appearances", at("6.9", "6.3.3", "6.3.3"), drawn(part)
        yield "widget_actions", at("6.6.1", "6.4.1", "6.4.1"), no_widget_actions(part)
        yield "not_redrawn", at("6.9", "6.4.1", "6.4.1"), not_redrawn
        yield "description", at("6.7.3", "6.6.2.1", "6.7.2.1"), same_description(original)
    if ua:
        iso = f"14289-{ua}"
        at = lambda first, second: f"{iso} {(first, second)[ua - 1]}"  # noqa: E731
        yield "marked", at("6.2", "8.2.1"), marked
        yield "language", at("7.2", "8.4.4"), spoken
        yield "structure_connected", at("7.1", "8.2.1"), connected
        yield "widget_in_form", at("7.18.4", "8.10.1"), in_form(ua)
        yield "form_has_one_widget", at("7.18.4", "8.10.1"), one_kid
        yield "field_described", at("7.18.1", "8.10.2.3"), described if ua == 1 else labelled
        yield "tab_order", at("7.18.3", "8.9.3.3"), ordered(ua)
        yield "ua_form_xobjects", at("7.20", "8.3.3"), no_references
        yield "ua_fonts_embedded", at("7.21.4.1", "8.4.5.5.1"), embedded
        yield "ua_glyphs_present", at("7.21.4.1", "8.4.5.5.1"), present
        yield "ua_glyph_widths", at("7.21.5", "8.4.5.6"), widths
        yield "ua_text_of_glyphs", at("7.21.7", "8.4.5.8"), to_unicode
        yield "ua_no_notdef", at("7.21.8", "8.4.5.9"), no_notdef
        if ua == 1:
            yield "ua_cid_set", f"{iso} 7.21.4.2", cid_set(False)
        else:
            yield "one_document", f"{iso} 8.2.5.2", one_document
            yield "unseen_unheard", f"{iso} 8.9.2.4.13", unseen_unheard


def holds(rule, file):
    try:
        rule(file)
        return None
    except Broken as broken:
        return str(broken) or "broken"
    except (misc.PdfError, AttributeError, LookupError, TypeError, ValueError, struct.error) as error:
        # A file that is wrong on purpose keeps no rule that cannot be looked at.
        return f"cannot be judged: {error!r}"


def judged(before, after):
    original = File(before)
    original.before = len(original.bytes)
    signed = File(after, len(original.bytes))
    claimed = signed.claims
    need(claimed == original.claims, "the claims are others")
    found = []
    part = claimed["part"] if claimed["part"] in (1, 2, 3, 4) else None
    ua = claimed["ua"] if claimed["ua"] in (1, 2) else None
    for name, clause, rule in rules(part, ua, original):
        found.append([name, clause, holds(rule, original), holds(rule, signed)])
    return {"claims": claimed, "rules": found}


for line in sys.stdin:
    one, other = line.rstrip("\n").split("\t")
    print(json.dumps(judged(one, other)), flush=True)
