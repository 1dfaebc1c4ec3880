export function BuildingView({ code }: { code: string }) { return <p>{code}</p>; }
