/** What makes this machine a managed node: its key, its registration, its credentials. */
@org.jspecify.annotations.NullMarked
package dev.postern.agent.registration;
