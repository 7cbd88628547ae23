// Control and status registers. The compiler's multilib for rv32imc is chosen without Zicsr, so the assembler is told.
#ifndef BATON_CSR
#define BATON_CSR

#define CSR_READ(name) \
	({ \
		uint32_t value; \
		__asm__ volatile(".option push\n.option arch, +zicsr\ncsrr %0, " #name "\n.option pop" : "=r"(value)); \
		value; \
	})

#define CSR_WRITE(name, value) \
	__asm__ volatile(".option push\n.option arch, +zicsr\ncsrw " #name ", %0\n.option pop" ::"r"(value) : "memory")

#endif
