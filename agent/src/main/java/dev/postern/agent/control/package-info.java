/** The node's side of the service: control channel, pings, and the life of each session. */
@org.jspecify.annotations.NullMarked
package dev.postern.agent.control;
