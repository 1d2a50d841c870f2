package dev.postern.server.listener;

/** Told to every connection when the listener closes. */
enum Shutdown {
  NOW
}
