#include "other_formats.h"

#include "humshakal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct other_format {
    const char *name, *a_name, *library, *package; /* package: Debian's */
    /* Returns 1, or 0 with the reason; picture->rgba is freed by the caller either way.
       NULL: built without the library. */
    int (*decode)(const uint8_t *bytes, size_t size, other_picture *picture,
                  char reason[OTHER_REASON]);
};

/* ---- What all of them need ------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static int refuse(char reason[OTHER_REASON],
                                                        const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(reason, OTHER_REASON, format, list);
    va_end(list);
    return 0;
}

/* Each is used by some of the formats, which may all be left out. */
#define MAYBE __attribute__((unused))

MAYBE static int check_size(int64_t width, int64_t height, char reason[OTHER_REASON]) {
    if (width >= 1 && height >= 1 && width <= HUM_MAX_PHOTO_SIDE &&
        height <= HUM_MAX_PHOTO_SIDE && width * height <= HUM_MAX_PHOTO_PIXELS)
        return 1;
    return refuse(reason,
                  "the photo has %lld x %lld pixels; at most %d on a side and %d in all "
                  "are read: make it smaller first",
                  (long long)width, (long long)height, HUM_MAX_PHOTO_SIDE,
                  HUM_MAX_PHOTO_PIXELS);
}

/* Transparent. The size has been checked. */
MAYBE static int reserve(other_picture *picture, int32_t width, int32_t height,
                         char reason[OTHER_REASON]) {
    picture->rgba = calloc((size_t)width * (size_t)height, 4);
    if (!picture->rgba)
        return refuse(reason, "no memory for a photo of %d x %d pixels", width, height);
    picture->width = width;
    picture->height = height;
    return 1;
}

/* Turns a picture upright whose EXIF orientation is o: 2.3 of the standard says where its
   first row and column lie. */
MAYBE static int turn(other_picture *picture, int o, char reason[OTHER_REASON]) {
    if (o <= 1) return 1;
    other_picture from = *picture;
    int32_t width = o > 4 ? from.height : from.width,
            height = o > 4 ? from.width : from.height;
    int ok = reserve(picture, width, height, reason);
    int right = o == 2 || o == 3 || o == 7 || o == 8;
    int below = o == 3 || o == 4 || o == 6 || o == 7;
    ptrdiff_t step = o > 4 ? width : 1, down = o > 4 ? 1 : width;
    for (int32_t y = 0; ok && y < from.height; y++) {
        const uint8_t *row = from.rgba + (size_t)y * (size_t)from.width * 4;
        ptrdiff_t first = (below ? from.height - 1 - y : y) * down;
        for (int32_t x = 0; x < from.width; x++, row += 4)
            memcpy(picture->rgba + (first + (right ? from.width - 1 - x : x) * step) * 4,
                   row, 4);
    }
    free(from.rgba);
    return ok;
}

/* ---- WebP ------------------------------------------------------------------------ */

#ifdef HUM_WEBP
#include <webp/decode.h>
#include <webp/demux.h>

static unsigned number(const uint8_t *at, int bytes, int big) {
    unsigned value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (unsigned)at[big ? bytes - 1 - i : i] << 8 * i;
    return value;
}

/* TIFF 6.0 / EXIF 2.3: tag 0x0112 of the first directory. Some writers begin with what
   JPEG has before it. */
static int exif_orientation(const uint8_t *tiff, size_t size) {
    if (size >= 6 && memcmp(tiff, "Exif\0\0", 6) == 0) tiff += 6, size -= 6;
    if (size < 8) return 1;
    int big = tiff[0] == 'M';
    size_t directory = number(tiff + 4, 4, big);
    if (directory > size - 2) return 1;
    unsigned entries = number(tiff + directory, 2, big);
    size_t entry = directory + 2;
    for (unsigned i = 0; i < entries && size - entry >= 12; i++, entry += 12) {
        if (number(tiff + entry, 2, big) != 0x0112) continue;
        unsigned orientation = number(tiff + entry + 8, 2, big);
        return orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
    }
    return 1;
}

static int webp_orientation(const WebPDemuxer *file) {
    WebPChunkIterator exif;
    if (!WebPDemuxGetChunk(file, "EXIF", 1, &exif)) return 1;
    int orientation = exif_orientation(exif.chunk.bytes, exif.chunk.size);
    WebPDemuxReleaseChunkIterator(&exif);
    return orientation;
}

/* The first picture of an animation may be smaller than the whole. */
static int webp_frame(const WebPIterator *frame, other_picture *picture) {
    int32_t x = frame->x_offset, y = frame->y_offset;
    if (x < 0 || y < 0 || frame->width > picture->width - x ||
        frame->height > picture->height - y)
        return 0;
    size_t line = (size_t)picture->width * 4;
    size_t begin = (size_t)y * line + (size_t)x * 4;
    return WebPDecodeRGBAInto(frame->fragment.bytes, frame->fragment.size,
                              picture->rgba + begin,
                              line * (size_t)picture->height - begin, (int)line) != NULL;
}

static int decode_webp(const uint8_t *bytes, size_t size, other_picture *picture,
                       char reason[OTHER_REASON]) {
    static const char damaged[] = "the WebP picture is damaged or cut off";
    WebPDemuxer *file = WebPDemux(&(WebPData){bytes, size});
    if (!file) return refuse(reason, damaged);
    int32_t width = (int32_t)WebPDemuxGetI(file, WEBP_FF_CANVAS_WIDTH);
    int32_t height = (int32_t)WebPDemuxGetI(file, WEBP_FF_CANVAS_HEIGHT);
    int ok = check_size(width, height, reason) && reserve(picture, width, height, reason);
    WebPIterator frame;
    if (ok && WebPDemuxGetFrame(file, 1, &frame)) {
        ok = webp_frame(&frame, picture) || refuse(reason, damaged);
        WebPDemuxReleaseIterator(&frame);
    } else if (ok) {
        ok = refuse(reason, damaged);
    }
    ok = ok && turn(picture, webp_orientation(file), reason);
    WebPDemuxDelete(file);
    return ok;
}
#else
#define decode_webp NULL
#endif

/* ---- HEIC ------------------------------------------------------------------------ */

#ifdef HUM_HEIC
#include <libheif/heif.h>

static int refuse_heic(char reason[OTHER_REASON], struct heif_error error) {
    if (error.code != heif_error_Invalid_input &&
        !heif_have_decoder_for_format(heif_compression_HEVC))
        return refuse(reason, "this libheif has no decoder for HEIC pictures: install "
                              "libheif-plugin-libde265, or save it as JPEG");
    return refuse(
        reason,
        "the HEIC picture is damaged, or of a kind or size that libheif does not "
        "read (%.*s)",
        (int)strcspn(error.message, "\n"), error.message);
}

/* colour * alpha -> colour */
static void divide_by_alpha(uint8_t *rgba, size_t n) {
    for (; n; n--, rgba += 4) {
        unsigned a = rgba[3];
        for (int c = 0; a && c < 3; c++) {
            unsigned whole = (rgba[c] * 255U + a / 2) / a;
            rgba[c] = (uint8_t)(whole > 255 ? 255 : whole);
        }
    }
}

static int take_heic(const struct heif_image *image, int premultiplied,
                     other_picture *picture, char reason[OTHER_REASON]) {
    int width = heif_image_get_width(image, heif_channel_interleaved);
    int height = heif_image_get_height(image, heif_channel_interleaved);
    int stride = 0;
    const uint8_t *from =
        heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    if (!check_size(width, height, reason) || !reserve(picture, width, height, reason))
        return 0;
    size_t line = (size_t)width * 4;
    if (!from || stride < 0 || (size_t)stride < line)
        return refuse(reason, "libheif gave no pixels for the HEIC picture");
    for (int32_t y = 0; y < height; y++)
        memcpy(picture->rgba + (size_t)y * line, from + (size_t)y * (size_t)stride, line);
    if (premultiplied) divide_by_alpha(picture->rgba, (size_t)width * (size_t)height);
    return 1;
}

/* What libheif gives is cropped, turned and mirrored already. */
static int decode_heic(const uint8_t *bytes, size_t size, other_picture *picture,
                       char reason[OTHER_REASON]) {
    struct heif_context *file = heif_context_alloc();
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    struct heif_image_handle *handle = NULL;
    struct heif_image *image = NULL;
    int ok = file && options;
    if (!ok) refuse(reason, "no memory for a HEIC picture");
    if (ok) {
        heif_context_set_maximum_image_size_limit(file, HUM_MAX_PHOTO_SIDE);
        heif_context_set_max_decoding_threads(file, 0); /* there are processes already */
        options->convert_hdr_to_8bit = 1;
        struct heif_error error =
            heif_context_read_from_memory_without_copy(file, bytes, size, NULL);
        if (error.code == heif_error_Ok)
            error = heif_context_get_primary_image_handle(file, &handle);
        ok = error.code == heif_error_Ok || refuse_heic(reason, error);
    }
    ok = ok && check_size(heif_image_handle_get_width(handle),
                          heif_image_handle_get_height(handle), reason);
    if (ok) {
        struct heif_error error = heif_decode_image(
            handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGBA, options);
        ok = error.code == heif_error_Ok || refuse_heic(reason, error);
    }
    ok = ok && take_heic(image, heif_image_handle_is_premultiplied_alpha(handle), picture,
                         reason);
    heif_image_release(image);
    heif_image_handle_release(handle);
    heif_decoding_options_free(options);
    heif_context_free(file);
    return ok;
}
#else
#define decode_heic NULL
#endif

/* ---- AVIF ------------------------------------------------------------------------ */

#ifdef HUM_AVIF
#include <avif/avif.h>

static int refuse_avif(char reason[OTHER_REASON], const avifDecoder *file,
                       avifResult result) {
    const char *more = file->diag.error;
    return refuse(
        reason,
        "the AVIF picture is damaged, or of a kind or size that libavif does not "
        "read (%s%s%s)",
        avifResultToString(result), *more ? ": " : "", more);
}

/* ISO/IEC 23000-22, 7.3.6.7: turned first, anticlockwise, then mirrored. */
static int avif_orientation(const avifImage *image) {
    static const int turned[4] = {1, 8, 3, 6};
    static const int and_mirrored[2][4] = {{4, 5, 2, 7}, {2, 7, 4, 5}};
    int angle = image->transformFlags & AVIF_TRANSFORM_IROT ? image->irot.angle & 3 : 0;
    if (!(image->transformFlags & AVIF_TRANSFORM_IMIR)) return turned[angle];
#if AVIF_VERSION >= 1000000
    return and_mirrored[image->imir.axis & 1][angle];
#else
    return and_mirrored[image->imir.mode & 1][angle];
#endif
}

/* Invalid crops are ignored, as browsers do. */
static void avif_crop(const avifImage *image, other_picture *picture) {
    avifCropRect r;
    avifDiagnostics why;
    if (!(image->transformFlags & AVIF_TRANSFORM_CLAP) ||
        !avifCropRectConvertCleanApertureBox(&r, &image->clap, image->width,
                                             image->height, image->yuvFormat, &why) ||
        !r.width || !r.height || r.width > image->width || r.height > image->height ||
        r.x > image->width - r.width || r.y > image->height - r.height)
        return;
    for (size_t y = 0; y < r.height; y++)
        memmove(picture->rgba + y * r.width * 4,
                picture->rgba + ((r.y + y) * image->width + r.x) * 4,
                (size_t)r.width * 4);
    picture->width = (int32_t)r.width;
    picture->height = (int32_t)r.height;
}

static int take_avif(const avifImage *image, const avifDecoder *file,
                     other_picture *picture, char reason[OTHER_REASON]) {
    if (!check_size(image->width, image->height, reason) ||
        !reserve(picture, (int32_t)image->width, (int32_t)image->height, reason))
        return 0;
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, image);
    rgb.format = AVIF_RGB_FORMAT_RGBA;
    rgb.depth = 8;
    rgb.alphaPremultiplied = AVIF_FALSE;
    rgb.pixels = picture->rgba;
    rgb.rowBytes = image->width * 4;
    avifResult result = avifImageYUVToRGB(image, &rgb);
    if (result != AVIF_RESULT_OK) return refuse_avif(reason, file, result);
    avif_crop(image, picture);
    return turn(picture, avif_orientation(image), reason);
}

static int decode_avif(const uint8_t *bytes, size_t size, other_picture *picture,
                       char reason[OTHER_REASON]) {
    avifDecoder *file = avifDecoderCreate();
    if (!file) return refuse(reason, "no memory for an AVIF picture");
    file->ignoreExif = file->ignoreXMP = AVIF_TRUE;
    file->strictFlags =
        AVIF_STRICT_DISABLED; /* it is about what older writers left out */
    avifResult result = avifDecoderSetIOMemory(file, bytes, size);
    if (result == AVIF_RESULT_OK) result = avifDecoderParse(file);
    int ok = result == AVIF_RESULT_OK || refuse_avif(reason, file, result);
    ok = ok && check_size(file->image->width, file->image->height, reason);
    if (ok) {
        /* Now for the AV1 decoder: its pictures may be larger than the file says. */
        file->imageSizeLimit = HUM_MAX_PHOTO_PIXELS;
        result = avifDecoderReset(file);
        if (result == AVIF_RESULT_OK) result = avifDecoderNextImage(file);
        ok = result == AVIF_RESULT_OK || refuse_avif(reason, file, result);
    }
    ok = ok && take_avif(file->image, file, picture, reason);
    avifDecoderDestroy(file);
    return ok;
}
#else
#define decode_avif NULL
#endif

/* ---- All ------------------------------------------------------------------------- */

enum { WEBP, HEIC, AVIF, FORMATS };

static const other_format formats[FORMATS] = {
    {"WebP", "a WebP", "libwebp", "libwebp-dev", decode_webp},
    {"HEIC", "a HEIC", "libheif", "libheif-dev", decode_heic},
    {"AVIF", "an AVIF", "libavif", "libavif-dev", decode_avif},
};

/* Which a brand of ISO/IEC 14496-12 stands for. FORMATS: none, or either. */
static int format_of_brand(const uint8_t *brand) {
    static const char heic[][5] = {"heic", "heix", "heim", "heis",
                                   "hevc", "hevx", "hevm", "hevs"};
    if (memcmp(brand, "avif", 4) == 0 || memcmp(brand, "avis", 4) == 0) return AVIF;
    for (size_t i = 0; i < sizeof heic / sizeof *heic; i++)
        if (memcmp(brand, heic[i], 4) == 0) return HEIC;
    return FORMATS;
}

const other_format *other_format_of(const uint8_t *bytes, size_t size) {
    if (size >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
        return &formats[WEBP];
    if (size < 16 || memcmp(bytes + 4, "ftyp", 4) != 0) return NULL;
    /* The major brand, its version, then others that a reader may go by instead. */
    size_t end = (size_t)bytes[2] << 8 | bytes[3];
    if (bytes[0] || bytes[1] || end > size) end = size;
    int found = format_of_brand(bytes + 8);
    for (size_t at = 16; found == FORMATS && at + 4 <= end; at += 4)
        found = format_of_brand(bytes + at);
    if (found != FORMATS) return &formats[found];
    int is_heif = memcmp(bytes + 8, "mif1", 4) == 0 || memcmp(bytes + 8, "msf1", 4) == 0;
    return is_heif ? &formats[HEIC] : NULL;
}

int other_format_decode(const other_format *format, const uint8_t *bytes, size_t size,
                        other_picture *picture, char reason[OTHER_REASON]) {
    *picture = (other_picture){0};
    if (!format->decode)
        return refuse(
            reason,
            "this is %s picture; this command was built without %s: install %s, "
            "configure and build again, or save it as JPEG",
            format->a_name, format->library, format->package);
    int ok = format->decode(bytes, size, picture, reason);
    if (ok) return 1;
    free(picture->rgba);
    *picture = (other_picture){0};
    return 0;
}

void other_formats_print(FILE *out) {
    fputs("Photos are read as JPEG, PNG", out);
    for (const other_format *f = formats; f < formats + FORMATS; f++)
        if (f->decode) fprintf(out, ", %s", f->name);
    fputs(".", out);
    for (const other_format *f = formats; f < formats + FORMATS; f++)
        if (!f->decode)
            fprintf(out, "\n%s is not: this was built without %s.", f->name, f->library);
    fputs("\n", out);
}
