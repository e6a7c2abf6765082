#include "other_formats.h"

#include "humshakal.h"

#include <stdlib.h>
#include <string.h>

#ifdef HUM_WEBP
#include <webp/decode.h>
#include <webp/demux.h>
#endif
#ifdef HUM_HEIF
#include <libheif/heif.h>
#endif
#ifdef HUM_AVIF
#include <avif/avif.h>
#endif

const char *other_formats(void) {
    return ""
#ifdef HUM_WEBP
           ", WebP"
#endif
#ifdef HUM_HEIF
           ", HEIC"
#endif
#ifdef HUM_AVIF
           ", AVIF"
#endif
        ;
}

/* ISO 14496-12: a box "ftyp" with brands of four letters, the major one first. */
static int has_brand(const uint8_t *bytes, size_t size, const char *brands) {
    size_t end = (size_t)bytes[2] << 8 | bytes[3];
    if (end > size) end = size;
    for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        for (const char *b = brands; *b; b += 4)
            if (memcmp(bytes + at, b, 4) == 0) return 1;
    return 0;
}

const char *other_format(const uint8_t *bytes, size_t size) {
    if (size < 16) return NULL;
    if (memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0) return "WebP";
    if (memcmp(bytes + 4, "ftyp", 4) != 0) return NULL;
    if (has_brand(bytes, size, "avifavis")) return "AVIF";
    return has_brand(bytes, size, "heicheixheimheishevchevxmif1msf1") ? "HEIC" : NULL;
}

/* ---- Pixels ---------------------------------------------------------------------- */

static int size_ok(int64_t width, int64_t height, const char **why) {
    if (width > 0 && height > 0 && width <= HUM_MAX_PHOTO_SIDE &&
        height <= HUM_MAX_PHOTO_SIDE && width * height <= HUM_MAX_PHOTO_PIXELS)
        return 1;
    *why =
        "the picture has no pixels, or too many: at most 16384 on a side, and 64 million";
    return 0;
}

/* Turns [h,w,4] as the EXIF orientation says. Returns other memory, or NULL. */
static uint8_t *turned(uint8_t *rgba, int32_t size[2], int orientation) {
    if (orientation < 2 || orientation > 8) return rgba;
    int32_t w = size[0], h = size[1];
    int swap = orientation > 4;
    uint8_t *out = malloc((size_t)w * (size_t)h * 4);
    for (int32_t y = 0; out && y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            int32_t a = x, b = y;
            if (orientation == 2 || orientation == 3) a = w - 1 - x;
            if (orientation == 3 || orientation == 4) b = h - 1 - y;
            if (orientation == 6 || orientation == 7) b = h - 1 - y;
            if (orientation == 7 || orientation == 8) a = w - 1 - x;
            size_t to = swap ? (size_t)a * (size_t)h + (size_t)b
                             : (size_t)b * (size_t)w + (size_t)a;
            memcpy(out + 4 * to, rgba + 4 * ((size_t)y * (size_t)w + (size_t)x), 4);
        }
    free(rgba);
    if (swap) size[0] = h, size[1] = w;
    return out;
}

#if defined HUM_WEBP || defined HUM_AVIF
/* Rows in a row, upright. */
static uint8_t *copied(const uint8_t *from, size_t stride, int32_t size[2],
                       int orientation) {
    size_t row = (size_t)size[0] * 4;
    uint8_t *rgba = malloc(row * (size_t)size[1]);
    for (int32_t y = 0; rgba && y < size[1]; y++)
        memcpy(rgba + (size_t)y * row, from + (size_t)y * stride, row);
    return rgba ? turned(rgba, size, orientation) : NULL;
}
#endif

#ifdef HUM_WEBP
/* TIFF 6.0 / EXIF 2.3: tag 0x0112 of the first directory. */
static unsigned number(const uint8_t *at, int bytes, int big) {
    unsigned value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (unsigned)at[i] << 8 * (big ? bytes - 1 - i : i);
    return value;
}

static int exif_orientation(const uint8_t *tiff, size_t size) {
    if (size >= 6 && memcmp(tiff, "Exif\0\0", 6) == 0) tiff += 6, size -= 6;
    if (size < 8) return 1;
    int big = tiff[0] == 'M';
    size_t directory = number(tiff + 4, 4, big);
    if (directory > size - 2) return 1;
    size_t entries = number(tiff + directory, 2, big);
    for (size_t at = directory + 2; entries-- && at + 12 <= size; at += 12)
        if (number(tiff + at, 2, big) == 0x0112)
            return (int)number(tiff + at + 8, 2, big);
    return 1;
}

static int webp_orientation(const uint8_t *bytes, size_t size) {
    const WebPData data = {bytes, size};
    WebPDemuxer *demuxer = WebPDemux(&data);
    WebPChunkIterator chunk;
    int orientation = 1;
    if (demuxer && WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
        orientation = exif_orientation(chunk.chunk.bytes, chunk.chunk.size);
        WebPDemuxReleaseChunkIterator(&chunk);
    }
    WebPDemuxDelete(demuxer);
    return orientation;
}

/* Of an animation the first picture. */
static uint8_t *decode_webp(const uint8_t *bytes, size_t size, int32_t dimensions[2],
                            const char **why) {
    const WebPData data = {bytes, size};
    WebPDemuxer *demuxer = WebPDemux(&data);
    WebPIterator frame = {0};
    uint8_t *rgba = NULL;
    *why = "the WebP picture is damaged";
    int width = 0, height = 0;
    if (demuxer && WebPDemuxGetFrame(demuxer, 1, &frame) &&
        WebPGetInfo(frame.fragment.bytes, frame.fragment.size, &width, &height) &&
        size_ok(width, height, why)) {
        uint8_t *decoded =
            WebPDecodeRGBA(frame.fragment.bytes, frame.fragment.size, &width, &height);
        dimensions[0] = width, dimensions[1] = height;
        if (decoded)
            rgba = copied(decoded, (size_t)width * 4, dimensions,
                          webp_orientation(bytes, size));
        WebPFree(decoded);
    }
    WebPDemuxReleaseIterator(&frame);
    WebPDemuxDelete(demuxer);
    return rgba;
}
#endif

#ifdef HUM_HEIF
/* libheif turns the picture upright itself. */
static uint8_t *decode_heif(const uint8_t *bytes, size_t size, int32_t dimensions[2],
                            const char **why) {
    struct heif_context *context = heif_context_alloc();
    struct heif_image_handle *handle = NULL;
    struct heif_image *image = NULL;
    uint8_t *rgba = NULL;
    *why = "the HEIC picture is damaged, or of a kind that libheif cannot read";
    if (context &&
        heif_context_read_from_memory_without_copy(context, bytes, size, NULL).code ==
            heif_error_Ok &&
        heif_context_get_primary_image_handle(context, &handle).code == heif_error_Ok &&
        size_ok(heif_image_handle_get_width(handle), heif_image_handle_get_height(handle),
                why) &&
        heif_decode_image(handle, &image, heif_colorspace_RGB,
                          heif_chroma_interleaved_RGBA, NULL)
                .code == heif_error_Ok) {
        int stride = 0;
        const uint8_t *plane =
            heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
        int width = heif_image_get_width(image, heif_channel_interleaved);
        int height = heif_image_get_height(image, heif_channel_interleaved);
        if (plane && size_ok(width, height, why)) {
            dimensions[0] = width, dimensions[1] = height;
            rgba = malloc((size_t)width * (size_t)height * 4);
            for (int y = 0; rgba && y < height; y++)
                memcpy(rgba + (size_t)y * (size_t)width * 4,
                       plane + (size_t)y * (size_t)stride, (size_t)width * 4);
        }
    }
    heif_image_release(image);
    heif_image_handle_release(handle);
    heif_context_free(context);
    return rgba;
}
#endif

#ifdef HUM_AVIF
/* What `irot` (quarters against the clock) and then `imir` do, as an EXIF orientation. */
static int avif_orientation(const avifImage *image) {
    static const int rotated[4] = {1, 8, 3, 6};
    static const int mirrored[2][4] = {{4, 5, 2, 7}, {2, 7, 4, 5}};
    int angle = image->transformFlags & AVIF_TRANSFORM_IROT ? image->irot.angle & 3 : 0;
    if (!(image->transformFlags & AVIF_TRANSFORM_IMIR)) return rotated[angle];
    return mirrored[image->imir.mode & 1][angle];
}

static uint8_t *decode_avif(const uint8_t *bytes, size_t size, int32_t dimensions[2],
                            const char **why) {
    avifDecoder *decoder = avifDecoderCreate();
    uint8_t *rgba = NULL;
    *why = "the AVIF picture is damaged, or of a kind that libavif cannot read";
    if (decoder) decoder->imageSizeLimit = HUM_MAX_PHOTO_PIXELS;
    if (decoder && avifDecoderSetIOMemory(decoder, bytes, size) == AVIF_RESULT_OK &&
        avifDecoderParse(decoder) == AVIF_RESULT_OK &&
        size_ok(decoder->image->width, decoder->image->height, why) &&
        avifDecoderNextImage(decoder) == AVIF_RESULT_OK) {
        avifRGBImage pixels;
        avifRGBImageSetDefaults(&pixels, decoder->image);
        pixels.depth = 8;
        pixels.format = AVIF_RGB_FORMAT_RGBA;
        avifRGBImageAllocatePixels(&pixels);
        if (pixels.pixels &&
            avifImageYUVToRGB(decoder->image, &pixels) == AVIF_RESULT_OK) {
            dimensions[0] = (int32_t)pixels.width, dimensions[1] = (int32_t)pixels.height;
            rgba = copied(pixels.pixels, pixels.rowBytes, dimensions,
                          avif_orientation(decoder->image));
        }
        avifRGBImageFreePixels(&pixels);
    }
    if (decoder) avifDecoderDestroy(decoder);
    return rgba;
}
#endif

uint8_t *other_decode(const uint8_t *bytes, size_t size, int32_t dimensions[2],
                      const char **why) {
    const char *format = other_format(bytes, size);
    *why = "neither JPEG nor PNG";
    if (!format) return NULL;
#ifdef HUM_WEBP
    if (*format == 'W') return decode_webp(bytes, size, dimensions, why);
#endif
#ifdef HUM_HEIF
    if (*format == 'H') return decode_heif(bytes, size, dimensions, why);
#endif
#ifdef HUM_AVIF
    if (*format == 'A') return decode_avif(bytes, size, dimensions, why);
#endif
    *why =
        *format == 'W' ? "this is a WebP picture, and this program was built without "
                         "libwebp: install it (Debian: libwebp-dev) and build again, or "
                         "save the picture as JPEG"
        : *format == 'H'
            ? "this is a HEIC picture, and this program was built without libheif: "
              "install it (Debian: libheif-dev) and build again, or save the picture as "
              "JPEG"
            : "this is an AVIF picture, and this program was built without libavif: "
              "install it (Debian: libavif-dev) and build again, or save the picture as "
              "JPEG";
    return NULL;
}
