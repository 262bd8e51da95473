#include "vpx.h"

#include <stdlib.h>
#include <string.h>
#include <vpx/vp8cx.h>

lk_encoder *lk_encoder_new(void) { return calloc(1, sizeof(lk_encoder)); }

static void close_codec(lk_encoder *e) {
	if (e->width != 0) vpx_codec_destroy(&e->ctx);
	e->width = e->height = 0;
}

/* Settings for a call: constant rate, no look-ahead, frames dropped rather than delayed, a short rate buffer. */
static void configure(vpx_codec_enc_cfg_t *c, unsigned int width, unsigned int height, unsigned int kbit, unsigned int fps) {
	c->g_w = width;
	c->g_h = height;
	c->g_threads = 1; /* a second one spins on busy cores */
	c->g_timebase.num = 1;
	c->g_timebase.den = (int)fps;
	c->g_pass = VPX_RC_ONE_PASS;
	c->g_lag_in_frames = 0;
	c->g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
	c->rc_end_usage = VPX_CBR;
	c->rc_target_bitrate = kbit;
	c->rc_dropframe_thresh = 30;
	c->rc_resize_allowed = 0;
	c->rc_min_quantizer = 2;
	c->rc_max_quantizer = 56;
	c->rc_undershoot_pct = 100;
	c->rc_overshoot_pct = 15;
	c->rc_buf_sz = 1000;
	c->rc_buf_initial_sz = 500;
	c->rc_buf_optimal_sz = 600;
	c->kf_mode = VPX_KF_DISABLED; /* on demand only */
}

/* A key frame may cost about half a second's average frame times this, so that it does not clog a thin line. */
static unsigned int max_intra_percent(const vpx_codec_enc_cfg_t *c) {
	unsigned int fps = (unsigned int)c->g_timebase.den;
	unsigned int percent = c->rc_buf_optimal_sz * fps / 20;
	return percent < 300 ? 300 : percent;
}

/* How little is searched for how a picture moves. From 14 on libvpx takes the simple loop filter, which costs a third less
   at 1280x720 in a test of ours, and less at the other end too; smaller pictures gain nothing and keep the better filter. */
static int speed(unsigned int width, unsigned int height) { return width * height > 640 * 480 ? -14 : -6; }

int lk_encoder_open(lk_encoder *e, unsigned int width, unsigned int height, unsigned int kbit, unsigned int fps) {
	vpx_codec_iface_t *iface = vpx_codec_vp8_cx();
	int rc;
	close_codec(e);
	memset(&e->ctx, 0, sizeof e->ctx);
	if ((rc = vpx_codec_enc_config_default(iface, &e->cfg, 0)) != 0) return rc;
	configure(&e->cfg, width, height, kbit, fps);
	if ((rc = vpx_codec_enc_init(&e->ctx, iface, &e->cfg, 0)) != 0) return rc;
	e->width = width;
	e->height = height;
	vpx_codec_control(&e->ctx, VP8E_SET_CPUUSED, speed(width, height));
	vpx_codec_control(&e->ctx, VP8E_SET_STATIC_THRESHOLD, 1);
	vpx_codec_control(&e->ctx, VP8E_SET_NOISE_SENSITIVITY, 0);
	vpx_codec_control(&e->ctx, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
	vpx_codec_control(&e->ctx, VP8E_SET_MAX_INTRA_BITRATE_PCT, max_intra_percent(&e->cfg));
	return 0;
}

int lk_encoder_bitrate(lk_encoder *e, unsigned int kbit) {
	e->cfg.rc_target_bitrate = kbit;
	return vpx_codec_enc_config_set(&e->ctx, &e->cfg);
}

static void wrap(vpx_image_t *img, const lk_encoder *e, unsigned char *y, unsigned char *u, unsigned char *v, int y_stride,
                 int c_stride) {
	vpx_img_wrap(img, VPX_IMG_FMT_I420, e->width, e->height, 1, y);
	img->planes[VPX_PLANE_Y] = y;
	img->planes[VPX_PLANE_U] = u;
	img->planes[VPX_PLANE_V] = v;
	img->stride[VPX_PLANE_Y] = y_stride;
	img->stride[VPX_PLANE_U] = c_stride;
	img->stride[VPX_PLANE_V] = c_stride;
}

int lk_encoder_encode(lk_encoder *e, unsigned char *y, unsigned char *u, unsigned char *v, int y_stride, int c_stride,
                      int64_t tick, int key_frame) {
	vpx_image_t img;
	vpx_codec_iter_t iter = NULL;
	const vpx_codec_cx_pkt_t *p;
	int rc;
	wrap(&img, e, y, u, v, y_stride, c_stride);
	rc = vpx_codec_encode(&e->ctx, &img, tick, 1, key_frame ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME);
	if (rc != 0) return rc;
	e->data = NULL;
	e->size = 0;
	while ((p = vpx_codec_get_cx_data(&e->ctx, &iter)) != NULL) {
		if (p->kind != VPX_CODEC_CX_FRAME_PKT) continue;
		e->data = p->data.frame.buf;
		e->size = p->data.frame.sz;
		e->is_key = (p->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
	}
	return 0;
}

void lk_encoder_free(lk_encoder *e) {
	close_codec(e);
	free(e);
}
