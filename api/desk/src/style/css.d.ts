// Style sheets are read by the bundler; a module takes nothing out of them.
declare module "*.css";
