/** Connections that a port session carries: to this node, or from it to others. */
@org.jspecify.annotations.NullMarked
package dev.postern.agent.forward;
