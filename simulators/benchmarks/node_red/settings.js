// Read by Node-RED at its start. No editor and no web server: only the flow.
const fs = require("fs");
const { Pool } = require("pg");

module.exports = {
    httpAdminRoot: false,
    httpNodeRoot: false,
    credentialSecret: false,
    telemetry: { enabled: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    logging: { console: { level: "warn", metrics: false, audit: false } },
    functionGlobalContext: {
        // What Node-RED's PostgreSQL nodes do within: pg's pool, ten connections.
        pool: new Pool({ connectionString: process.env.FENGSUI_DATABASE_URL, max: 10 }),
        sensors: JSON.parse(fs.readFileSync(process.env.FENGSUI_SENSORS)),
    },
};
