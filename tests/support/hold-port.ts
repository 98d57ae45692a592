import { SerialPort } from 'serialport';

/** Another program that holds a serial port: opens the path it is given and keeps it. */
const port = new SerialPort({ path: process.argv[2] ?? '', baudRate: 115_200, lock: true }, (error) => {
  if (error) throw error;
  console.log('held');
});
process.once('SIGTERM', () => port.close(() => process.exit(0)));
// A port that nobody reads does not keep a process alive.
setInterval(() => {}, 60_000);
