/** How the agent speaks to the service manager that started it. */
@org.jspecify.annotations.NullMarked
package dev.postern.agent.systemd;
