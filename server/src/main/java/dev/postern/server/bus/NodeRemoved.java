package dev.postern.server.bus;

/** A node was deregistered: its control channel must close and its sessions end. */
public record NodeRemoved(String instanceId) {}
