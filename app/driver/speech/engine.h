// The echo cancellers behind one C interface. All sound is mono, 48 kHz, 480 samples at a time.
#ifndef LEGEKONSULTASJON_SPEECH_ENGINE_H
#define LEGEKONSULTASJON_SPEECH_ENGINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct speech_engine speech_engine;

enum { SPEECH_AEC3 = 0, SPEECH_AEC2 = 1 };

// speech_open returns NULL when the engine is not there.
speech_engine *speech_open(int kind, int echo, int noise, int gain);
// The three return 0, or the library's own error.
int speech_set(speech_engine *, int echo, int noise, int gain);
int speech_far(speech_engine *, const int16_t *pcm);
int speech_near(speech_engine *, int16_t *pcm, int delay_ms);
void speech_close(speech_engine *);

#ifdef __cplusplus
}

struct speech_engine {
	virtual ~speech_engine() {}
	virtual int set(bool echo, bool noise, bool gain) = 0;
	virtual int far_end(const int16_t *pcm) = 0;
	virtual int near_end(int16_t *pcm, int delay_ms) = 0;
};

speech_engine *speech_open_aec3();
speech_engine *speech_open_aec2();
#endif

#endif
