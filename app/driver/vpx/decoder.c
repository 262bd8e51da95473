#include "vpx.h"

#include <stdlib.h>
#include <string.h>
#include <vpx/vp8dx.h>

static int open_codec(lk_decoder *d) {
	vpx_codec_dec_cfg_t cfg = {.threads = 1};
	memset(&d->ctx, 0, sizeof d->ctx);
	return vpx_codec_dec_init(&d->ctx, vpx_codec_vp8_dx(), &cfg, 0);
}

lk_decoder *lk_decoder_new(void) {
	lk_decoder *d = calloc(1, sizeof(lk_decoder));
	if (d != NULL && open_codec(d) != 0) {
		free(d);
		return NULL;
	}
	return d;
}

int lk_decoder_decode(lk_decoder *d, const unsigned char *data, unsigned int size) {
	lk_picture *out = &d->out;
	vpx_codec_iter_t iter = NULL;
	vpx_image_t *img;
	int rc, corrupted = 0;
	memset(out, 0, sizeof *out);
	if ((rc = vpx_codec_decode(&d->ctx, data, size, NULL, 0)) != 0) return rc;
	img = vpx_codec_get_frame(&d->ctx, &iter);
	if (img == NULL) return 0;
	if (vpx_codec_control(&d->ctx, VP8D_GET_FRAME_CORRUPTED, &corrupted) == 0 && corrupted) return VPX_CODEC_CORRUPT_FRAME;
	if (img->fmt != VPX_IMG_FMT_I420) return VPX_CODEC_UNSUP_BITSTREAM;
	out->y = img->planes[VPX_PLANE_Y];
	out->u = img->planes[VPX_PLANE_U];
	out->v = img->planes[VPX_PLANE_V];
	out->y_stride = img->stride[VPX_PLANE_Y];
	out->c_stride = img->stride[VPX_PLANE_U];
	out->width = img->d_w;
	out->height = img->d_h;
	return 0;
}

void lk_decoder_free(lk_decoder *d) {
	vpx_codec_destroy(&d->ctx);
	free(d);
}
