// Words that go with numbers of things.

export const countsZh = {
  alarms: (n: number) => `${n} 起报警`, silent: (n: number) => `${n} 台失联`, buildings: (n: number) => `${n} 栋`, devices: (n: number) => `${n} 台`,
};

export const countsEn: typeof countsZh = {
  alarms: (n) => (n === 1 ? "1 alert" : `${n} alerts`), silent: (n) => `${n} silent`,
  buildings: (n) => (n === 1 ? "1 building" : `${n} buildings`), devices: (n) => (n === 1 ? "1 device" : `${n} devices`),
};
