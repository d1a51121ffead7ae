"""What is printed, as a reader and a camera see it: poppler's tools draw and read the PDF, ZBar the codes on it."""
import ctypes
import pathlib
import subprocess
import tempfile

DPI = 300
QR, EAN8, EAN13, BINARY, ENABLE = 64, 8, 13, 4, 0
Y800 = int.from_bytes(b"Y800", "little")


def text(pdf):
    """The words of all pages, line breaks as blanks."""
    said = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60).stdout.decode()
    return " ".join(said.split())


def info(pdf):
    said = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True, timeout=60).stdout.decode()
    return dict(line.split(":", 1) for line in said.splitlines() if ":" in line)


def page(pdf, number=1):
    """width, height, grey bytes of one page."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "in.pdf"
        path.write_bytes(pdf)
        subprocess.run(["pdftoppm", "-gray", "-r", str(DPI), "-f", str(number), "-l", str(number), "-singlefile", str(path), folder + "/out"],
                       check=True, timeout=120)
        kind, size, most, grey = (pathlib.Path(folder) / "out.pgm").read_bytes().split(b"\n", 3)
    assert (kind, most) == (b"P5", b"255")
    width, height = map(int, size.split())
    return width, height, grey


def codes(pdf, number=1):
    """What the barcodes and QR codes on a page say, sorted; one that is there twice is said once."""
    z = ctypes.CDLL("libzbar.so.0")
    for name, result in (("zbar_image_scanner_create", ctypes.c_void_p), ("zbar_image_create", ctypes.c_void_p),
                         ("zbar_image_first_symbol", ctypes.c_void_p), ("zbar_symbol_next", ctypes.c_void_p),
                         ("zbar_symbol_get_data", ctypes.c_char_p)):
        getattr(z, name).restype = result
    width, height, grey = page(pdf, number)
    scanner = ctypes.c_void_p(z.zbar_image_scanner_create())
    z.zbar_image_scanner_set_config(scanner, 0, ENABLE, 0)
    for kind in (QR, EAN8, EAN13):
        z.zbar_image_scanner_set_config(scanner, kind, ENABLE, 1)
    z.zbar_image_scanner_set_config(scanner, QR, BINARY, 1)
    image = ctypes.c_void_p(z.zbar_image_create())
    z.zbar_image_set_format(image, ctypes.c_ulong(Y800))
    z.zbar_image_set_size(image, width, height)
    z.zbar_image_set_data(image, grey, ctypes.c_ulong(len(grey)), None)
    z.zbar_scan_image(scanner, image)
    found, symbol = [], ctypes.c_void_p(z.zbar_image_first_symbol(image))
    while symbol:
        found.append(z.zbar_symbol_get_data(symbol).decode())
        symbol = ctypes.c_void_p(z.zbar_symbol_next(symbol))
    z.zbar_image_destroy(image)
    z.zbar_image_scanner_destroy(scanner)
    return sorted(set(found))
