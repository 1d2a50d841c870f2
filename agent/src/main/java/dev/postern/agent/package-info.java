/** agent */
@org.jspecify.annotations.NullMarked
package dev.postern.agent;
