// A camera that shows the time: soft shapes that move over a fine pattern, and along the upper edge the milliseconds of the
// wall clock as sixteen black and white cells, twelve bits and a checksum (e2e/rig, bits). WIDTH, HEIGHT and RATE are set
// by whoever loads this. The microphone is the browser's own.
(() => {
	// shoot runs in a worker: like a camera's, the pictures do not wait for the page.
	const shoot = ({data: {sink, width, height, rate}}) => {
		const count = 30, writer = sink.getWriter();
		const paint = n => {
			const half = width / 2, data = new Uint8Array(width * height * 3 / 2), at = n / count * 2 * Math.PI;
			const x0 = width * (.5 + .25 * Math.sin(at)), y0 = height * (.55 + .15 * Math.cos(at));
			for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
				const d = ((x - x0) * (x - x0) + (y - y0) * (y - y0)) / (width * width * .012);
				let v = 110 + 40 * Math.sin(x / width * 5 + .4 * Math.sin(at)) + 20 * Math.sin(y / height * 9);
				if (d < 6) v += 60 * Math.exp(-d);
				if (((x >> 4) + (y >> 4)) % 2 == 0) v += 6;
				data[y * width + x] = Math.max(16, Math.min(235, v));
			}
			const u = width * height, v = u + half * height / 2;
			for (let y = 0; y < height / 2; y++) for (let x = 0; x < half; x++) {
				data[u + y * half + x] = 128 + 30 * Math.sin(x / width * 12 + .5 * Math.sin(at));
				data[v + y * half + x] = 128 + 30 * Math.cos(y / height * 8);
			}
			const high = Math.floor(height / 12);
			for (let y = 0; y < high >> 1; y++) { data.fill(128, u + y * half, u + (y + 1) * half); data.fill(128, v + y * half, v + (y + 1) * half) }
			return data;
		};
		const stamp = (data, n) => {
			let sum = 0;
			const bits = [];
			for (let i = 0; i < 12; i++) { const on = n >> (11 - i) & 1; bits.push(on); if (on) sum += i + 1 }
			for (let i = 0; i < 4; i++) bits.push((sum ^ 10) >> (3 - i) & 1);
			const high = Math.floor(height / 12), row = data.subarray(0, width);
			bits.forEach((on, i) => row.fill(on ? 235 : 16, Math.floor(i * width / 16), Math.floor((i + 1) * width / 16)));
			for (let y = 1; y < high; y++) data.copyWithin(y * width, 0, width);
		};
		const pictures = [...Array(count).keys()].map(paint);
		let n = 0;
		postMessage("ready");
		const timer = setInterval(() => {
			const data = pictures[n++ % count];
			stamp(data, Date.now() & 4095);
			writer.write(new VideoFrame(data, {format: "I420", codedWidth: width, codedHeight: height, timestamp: Math.round(performance.now() * 1000)})).catch(() => { clearInterval(timer); close() });
		}, 1000 / rate);
	};
	window.benchCamera = async () => {
		const track = new MediaStreamTrackGenerator({kind: "video"}), sink = track.writable;
		const worker = new Worker(URL.createObjectURL(new Blob([`onmessage = ${shoot}`], {type: "text/javascript"})));
		worker.postMessage({sink, width: WIDTH, height: HEIGHT, rate: RATE}, [sink]);
		await new Promise(ready => { worker.onmessage = ready });
		return track;
	};
	const devices = navigator.mediaDevices, real = devices.getUserMedia.bind(devices);
	devices.getUserMedia = async wanted => {
		const out = wanted.audio ? await real({audio: wanted.audio}) : new MediaStream();
		if (wanted.video) out.addTrack(await window.benchCamera());
		return out;
	};
	const list = devices.enumerateDevices.bind(devices);
	devices.enumerateDevices = async () => [...await list(), {kind: "videoinput", deviceId: "clock", groupId: "", label: "Clock", toJSON() { return this }}];
	// What goes over the connections of this page, for the measurer.
	const connections = [], Connection = window.RTCPeerConnection;
	window.RTCPeerConnection = class extends Connection {
		constructor(...given) { super(...given); connections.push(this) }
	};
	window.benchTraffic = async () => {
		const out = {sentWidth: 0, sentBytes: 0, sentFrames: 0, gotWidth: 0, gotBytes: 0, gotFrames: 0};
		for (const c of connections.filter(c => c.connectionState === "connected")) for (const s of (await c.getStats()).values()) {
			if (s.kind !== "video") continue;
			if (s.type === "outbound-rtp") { out.sentWidth = s.frameWidth || 0; out.sentBytes = s.bytesSent; out.sentFrames = s.framesSent || 0 }
			if (s.type === "inbound-rtp") { out.gotWidth = s.frameWidth || 0; out.gotBytes = s.bytesReceived; out.gotFrames = s.framesDecoded || 0 }
		}
		return out;
	};
})();
