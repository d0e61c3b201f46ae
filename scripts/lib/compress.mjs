// Puts NAME.br and NAME.gz beside each file of a folder, as small as they get; the server sends them as they are.
//   node scripts/lib/compress.mjs FOLDER
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = process.argv[2];
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(css|html|js|json|svg|txt|wasm)$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

for (const file of files) {
  const text = readFileSync(file);
  const brotli = brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  });
  const smaller = { br: brotli, gz: gzipSync(text, { level: 9 }) };
  for (const [ending, data] of Object.entries(smaller)) {
    const path = `${file}.${ending}`;
    let before;
    try {
      before = readFileSync(path);
    } catch {
      before = undefined;
    }
    // An unchanged file keeps its time, so that nothing is embedded anew.
    if (!before?.equals(data)) {
      writeFileSync(path, data);
    }
  }
}
