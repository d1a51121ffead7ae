// Reads codes from the camera. The library (zxing-cpp as WebAssembly) is a good deal larger than the whole till, so this file is
// loaded when somebody first asks for it; its parts come from the terminal like everything else.
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";

const READ_WIDTH = 960; // dots are enough for a code that fills a third of the picture, and keep a cheap phone quick
const LEAST_PAUSE_MS = 80;
const GONE_MS = 1_200; // out of sight for so long, the same code is another piece of goods
const READ: ReaderOptions = { formats: ["EAN-13", "EAN-8", "UPC-A", "UPC-E", "QRCode", "DataMatrix", "Code128"], tryHarder: true, maxNumberOfSymbols: 1 };

export interface Camera {
  stop(): void;
}

/** Shows the camera in `video` and calls `seen` with each code that comes into sight. Throws what getUserMedia throws. */
export async function watch(video: HTMLVideoElement, seen: (code: string) => void): Promise<Camera> {
  const [stream] = await Promise.all([
    navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } }),
    prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true }),
  ]);
  const camera = { on: true };
  const stop = (): void => {
    camera.on = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  await video.play();

  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  if (!drawing) throw new Error("no canvas");
  let last = "";
  let lastAt = 0;
  const look = async (): Promise<void> => {
    const scale = Math.min(1, READ_WIDTH / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    drawing.drawImage(video, 0, 0, canvas.width, canvas.height);
    const [found] = await readBarcodes(drawing.getImageData(0, 0, canvas.width, canvas.height), READ);
    if (!found?.isValid || !camera.on) return;
    const now = performance.now();
    const again = found.text === last && now - lastAt < GONE_MS;
    last = found.text;
    lastAt = now;
    if (!again) seen(found.text);
  };
  void (async () => {
    while (camera.on) {
      const started = performance.now();
      if (video.videoWidth > 0 && !document.hidden) await look();
      // As long a rest as a look has taken: a slow phone stays usable.
      await new Promise((resolve) => setTimeout(resolve, Math.max(LEAST_PAUSE_MS, performance.now() - started)));
    }
  })();
  return { stop };
}
