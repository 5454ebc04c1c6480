/** Names that no HTML page has: an answer of that type under one of them is most likely a log-in or an error page. */

const extensions: ReadonlySet<string> = new Set(
	(
		"7z aac apk avi avif bam bin bmp br bz2 cab cram deb dmg doc docx ear eot epub exe fits flac flv gif grib grb grib2 gz h5 hdf " +
		"hdf5 heic ico img iso jar jpeg jpg jp2 laz lz lz4 lzma m4a m4v mat mkv mobi mov mp3 mp4 mpeg mpg msi nc nc4 npy npz odp " +
		"ods odt ogg ogv opus otf parquet pdf png ppt pptx psd rar rpm safetensors sqlite swf tar tbz2 tgz tif tiff tlz ttf txz " +
		"war wasm wav webm webp whl wmv woff woff2 xls xlsx xpi xz zip zst"
	).split(" "),
);

export function isBinaryName(name: string): boolean {
	return extensions.has(name.slice(name.lastIndexOf(".") + 1).toLowerCase()) && name.includes(".");
}
