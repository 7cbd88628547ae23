// What plugin.c needs of QEMU's interface for TCG plugins, declared here: distributions ship QEMU with that interface
// and without its header. The declarations follow QEMU's manual ("TCG Emulation: Plugins", API documentation) and are
// the same from version 1 of the interface (QEMU 4.2 to 8.2) to the newest.
#ifndef BATON_QEMU_PLUGIN
#define BATON_QEMU_PLUGIN

#include <stddef.h>
#include <stdint.h>

typedef uint64_t QemuPluginId;
typedef uint32_t QemuPluginMemoryInfo;

/** A translated block: instructions that are run one after the other. Valid while it is being translated. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { QEMU_PLUGIN_CB_NO_REGS = 0 };
enum { QEMU_PLUGIN_MEM_RW = 3 };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

void qemu_plugin_register_vcpu_tb_trans_cb(
	QemuPluginId id, void (*translated)(QemuPluginId id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(
	struct qemu_plugin_tb *tb, void (*executed)(unsigned cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(
	struct qemu_plugin_insn *insn, void (*executed)(unsigned cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
	void (*accessed)(unsigned cpu, QemuPluginMemoryInfo info, uint64_t address, void *data), int flags, int access,
	void *data);
void qemu_plugin_register_atexit_cb(QemuPluginId id, void (*exited)(QemuPluginId id, void *data), void *data);

#endif
