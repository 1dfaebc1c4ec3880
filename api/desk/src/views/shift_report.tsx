export function ShiftReport() { return <p></p>; }
