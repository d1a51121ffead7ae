// What a hand and an ear learn without looking. A scanner that types beeps by itself; the camera does not.
let audio: AudioContext | undefined;

export function feel(well: boolean): void {
  navigator.vibrate?.(well ? 40 : [60, 60, 60]);
}
export function beep(well: boolean): void {
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = well ? 1_760 : 330;
  volume.gain.setValueAtTime(0.12, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.16);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.17);
}
