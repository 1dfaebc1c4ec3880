export function History() { return <p></p>; }
