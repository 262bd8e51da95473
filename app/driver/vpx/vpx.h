#ifndef LK_VPX_H
#define LK_VPX_H

#include <stddef.h>
#include <stdint.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

typedef struct {
	vpx_codec_ctx_t ctx;
	vpx_codec_enc_cfg_t cfg;
	unsigned int width, height; /* 0 while ctx is not open */
	/* what the last call gave; here, and not in pointers to Go's memory, so that a frame costs no garbage */
	void *data;
	size_t size;
	int is_key;
} lk_encoder;

typedef struct {
	unsigned char *y, *u, *v; /* NULL: nothing to show */
	int y_stride, c_stride;
	unsigned int width, height;
} lk_picture;

typedef struct {
	vpx_codec_ctx_t ctx;
	lk_picture out; /* what the last call gave */
} lk_decoder;

lk_encoder *lk_encoder_new(void);
int lk_encoder_open(lk_encoder *e, unsigned int width, unsigned int height, unsigned int kbit, unsigned int fps);
int lk_encoder_bitrate(lk_encoder *e, unsigned int kbit);
int lk_encoder_encode(lk_encoder *e, unsigned char *y, unsigned char *u, unsigned char *v, int y_stride, int c_stride,
                      int64_t tick, int key_frame);
void lk_encoder_free(lk_encoder *e);

lk_decoder *lk_decoder_new(void);
int lk_decoder_decode(lk_decoder *d, const unsigned char *data, unsigned int size);
void lk_decoder_free(lk_decoder *d);

#endif
