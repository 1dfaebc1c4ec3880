export function City() { return <p></p>; }
