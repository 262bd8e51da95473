//go:build linux && cgo && !nospeech

#include "engine.h"

extern "C" {

speech_engine *speech_open(int kind, int echo, int noise, int gain) {
	speech_engine *e = kind == SPEECH_AEC3 ? speech_open_aec3() : speech_open_aec2();
	if (e != nullptr && e->set(echo, noise, gain) != 0) {
		delete e;
		return nullptr;
	}
	return e;
}

int speech_set(speech_engine *e, int echo, int noise, int gain) { return e->set(echo, noise, gain); }
int speech_far(speech_engine *e, const int16_t *pcm) { return e->far_end(pcm); }
int speech_near(speech_engine *e, int16_t *pcm, int delay_ms) { return e->near_end(pcm, delay_ms); }
void speech_close(speech_engine *e) { delete e; }

}
